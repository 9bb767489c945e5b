#include "base/error.h"

#include <algorithm>
#include <array>

namespace syncnet {
namespace {

using enum ErrorCode;

constexpr std::array kCatalogue{
    ErrorInfo{invalid_request, "invalid_request", 400, "The request is malformed",
              "Send JSON with \"video_path\", or multipart/form-data with a \"video\" file.",
              "That can't be done", "`syncnet COMMAND --help` tells what may be asked for."},
    ErrorInfo{invalid_setting, "invalid_setting", 500, "A setting is not valid",
              "Correct the setting that the message names and start again.", "",
              "Correct what the message names; `syncnet COMMAND --help` tells the options."},
    ErrorInfo{path_not_allowed, "path_not_allowed", 403, "The path is outside the allowed folders",
              "Put the file below a folder of UPLOAD_DIR, or upload it in the request.",
              "The file may not be read", "Check who may read it, and the folders above it."},
    ErrorInfo{not_found, "not_found", 404, "Not found", "Check the path."},
    ErrorInfo{method_not_allowed, "method_not_allowed", 405, "The method is not allowed here",
              "Use the method that the Allow header names."},
    ErrorInfo{timeout, "timeout", 408, "Processing took too long",
              "Send a shorter or smaller video, or raise PROCESSING_TIMEOUT_SECONDS.", "",
              "Take a shorter or smaller video, or give it more time with --timeout."},
    ErrorInfo{too_large, "too_large", 413, "The video is too large",
              "Send a smaller file, or raise MAX_VIDEO_SIZE_MB.", "",
              "Give it as a file: only what comes through a pipe has a limit."},
    ErrorInfo{length_required, "length_required", 411, "The request has no length",
              "Send Content-Length or chunked encoding."},
    ErrorInfo{unsupported_media, "unsupported_media", 415, "This is not a video that we read",
              "These are read: mp4, mov, webm, mkv, avi, mpeg-ps, mpeg-ts, mxf, flv, wmv, ogg."},
    ErrorInfo{empty_file, "empty_file", 422, "The file is empty", "Record or export it again."},
    ErrorInfo{unreadable_video, "unreadable_video", 422, "The video can't be read",
              "The file is damaged or incomplete; record or export it again."},
    ErrorInfo{no_video_stream, "no_video_stream", 422, "The file has no video",
              "Take a file with a video stream."},
    ErrorInfo{too_long, "too_long", 422, "The video is too long", "Cut the video into parts."},
    ErrorInfo{too_many_pixels, "too_many_pixels", 422, "The image is too large",
              "Scale the video down."},
    ErrorInfo{too_much_video, "too_much_video", 422, "The video has too many pixels in all",
              "Scale the video down, lower its frame rate, or cut it."},
    ErrorInfo{too_many_streams, "too_many_streams", 422, "The file has too many streams",
              "Leave streams out that are not needed."},
    ErrorInfo{
        too_complex, "too_complex", 422, "The file takes too much work for what it shows",
        "Export it again at an ordinary bit rate, or cut it: it asks for far more work than a "
        "video of its size and length."},
    ErrorInfo{bad_sample_rate, "bad_sample_rate", 422,
              "The sample rate of the audio is out of range",
              "Audio between 4 and 384 kHz is read."},
    ErrorInfo{
        unsupported_codec, "unsupported_codec", 415, "The codec is not one that we read",
        "These are read: h264, hevc, vp8, vp9, av1, mpeg-1/2/4, prores, dnxhd, dv, mjpeg, theora, "
        "wmv, vc-1; aac, opus, vorbis, mp3, mp2, flac, alac, ac-3, dts, wma, amr, pcm."},
    ErrorInfo{overloaded, "overloaded", 503, "The service is full", "Try again in a moment."},
    ErrorInfo{too_many_requests, "too_many_requests", 429, "Too many requests from one client",
              "Wait for as long as Retry-After says."},
    ErrorInfo{storage_full, "storage_full", 503, "There is no room to keep the video",
              "Try again later; the operator can raise SPOOL_MB or make room on the disk.",
              "There is no room left on the disk",
              "Make room and start again; what can be gone on with has --resume."},
    ErrorInfo{uploads_full, "uploads_full", 507, "There is no room for another upload",
              "Try again in a moment; the operator can raise UPLOADS_MB."},
    ErrorInfo{idempotency_conflict, "idempotency_conflict", 409,
              "The Idempotency-Key was used for another request",
              "Use a new key for every new request."},
    ErrorInfo{quarantined, "quarantined", 422, "This video broke its workers before",
              "Record or export it again; it will be tried again after a while."},
    ErrorInfo{unauthorized, "unauthorized", 401, "A valid API key is needed",
              "Send Authorization: Bearer with a key that the operator gave you."},
    ErrorInfo{forbidden, "forbidden", 403, "The API key may not do this",
              "Ask the operator for a key with the scope that the message names."},
    ErrorInfo{wrong_host, "wrong_host", 421, "The service is not meant by this name",
              "Use a name that the operator has listed in HOSTS."},
    ErrorInfo{shutting_down, "shutting_down", 503, "The service is stopping",
              "Try again in a moment, or another instance."},
    ErrorInfo{cancelled, "cancelled", 499, "The work was cancelled", "Send the request again.", "",
              "Start it again when you like; what can be gone on with has --resume."},
    ErrorInfo{out_of_memory, "out_of_memory", 422, "The video needs too much memory",
              "Scale the video down, or raise WORKER_MEMORY_MB.", "",
              "Scale the video down, or take a machine with more memory."},
    ErrorInfo{decoder_crashed, "decoder_crashed", 422, "The video broke its decoder",
              "Record or export it again; it did no harm to anything else."},
    ErrorInfo{broke_its_worker, "broke_its_worker", 422, "The video broke whatever looked at it",
              "Record or export it again; the job is not tried any more."},
    ErrorInfo{worker_failed, "worker_failed", 500, "A worker process did not do its work",
              "Send the request again; if it stays so, report it with the request's id."},
    ErrorInfo{
        bad_model, "bad_model", 500, "A model file is not usable",
        "`syncnet models verify` checks every file; correct the path that the message names."},
    ErrorInfo{
        model_not_available, "model_not_available", 400, "The model is not available here",
        "`syncnet models list` and /health name those that are here; `syncnet models fetch` "
        "downloads the published ones.",
        "",
        "`syncnet models list` names those that are here; `syncnet models fetch` downloads the "
        "published ones."},
    ErrorInfo{models_changed, "models_changed", 503,
              "The model files are not those that the service began with",
              "Restart the service, so that all its answers come from the same files."},
    ErrorInfo{unsupported_processor, "unsupported_processor", 500,
              "This processor can't run the networks", "Take an x86-64 processor with AVX2."},
    ErrorInfo{cannot_write, "cannot_write", 500, "A file can't be written",
              "Check the folder's permissions and the free space.", "",
              "Name another place, or check the folder's permissions and the free space."},
    ErrorInfo{not_fixable, "not_fixable", 422, "The offset can't be taken out",
              "`syncnet explain` tells more; nothing was written."},
    ErrorInfo{wrong_container, "wrong_container", 422, "The output can't hold these streams",
              "Give the output the ending that the message names."},
    ErrorInfo{no_encoder, "no_encoder", 500, "This FFmpeg can't write the video",
              "Install an FFmpeg with H.264 and AAC encoders, such as Debian's libavcodec59."},
    ErrorInfo{too_little_data, "too_little_data", 422, "There are too few clips",
              "Add clips as the message says, or ask for a higher error rate."},
    ErrorInfo{internal, "internal", 500, "Something went wrong on our side",
              "Report it with the request's id.", "Something went wrong on our side",
              "Please report it, with the command and what `syncnet --version` says."},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kCatalogue.size(); ++i)
        if (static_cast<std::size_t>(kCatalogue[i].code) != i) return false;
    return kCatalogue.size() == static_cast<std::size_t>(internal) + 1;
}

}  // namespace

const ErrorInfo& error_info(ErrorCode code) noexcept {
    // error_info indexes by code: the rows must be complete and in the order of the enum.
    return kCatalogue[static_cast<std::size_t>(code)];
}

bool reaches_clients(ErrorCode code) noexcept {
    switch (code) {
        case invalid_setting:
        case bad_model:
        case unsupported_processor:
        case cancelled:
        case not_fixable:
        case wrong_container:
        case no_encoder:
        case too_little_data:
            return false;
        default:
            return true;
    }
}

std::span<const ErrorInfo> error_catalogue() noexcept {
    return kCatalogue;
}

static_assert(in_order(), "one row for each ErrorCode, in the order of the enum");

}  // namespace syncnet
