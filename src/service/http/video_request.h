// Reads the body of a request for a score: JSON with a path, a form with a file, or a video as it
// is with the rest in the query.
#pragma once

#include <string>

#include "base/sha256.h"
#include "base/unique_fd.h"
#include "pipeline/options.h"
#include "service/auth/shares.h"
#include "service/http/route.h"
#include "service/settings.h"
#include "service/storage/disk.h"
#include "service/storage/upload_folders.h"

namespace syncnet::service {

inline constexpr std::uint64_t kMaxJsonBytes = 64 << 10;
inline constexpr std::uint64_t kFormOverheadBytes = 64 << 10;  // beside the video itself
inline constexpr std::size_t kMaxSessionIdBytes = 256;

struct RequestFields {
    std::string session_id, webhook, video_path;
    pipeline::VideoOptions options;
};

// Of a query, or of a JSON body, which goes before what was said elsewhere. Throw invalid_request.
RequestFields parse_fields(const std::map<std::string, std::string>& query);
RequestFields parse_fields(std::string_view json, RequestFields elsewhere = {});

// Throws uploads_full, too_many_requests.
void require_room(Shares::Answer answer);

struct VideoRequest : RequestFields {
    UniqueFd video;  // open for reading only; a file that was uploaded is gone with it
    std::int64_t bytes = 0;
    std::string sha256;  // of an upload; empty for a file below an upload folder
    Shares::Share room;  // that an upload takes
};

// What can be told from the headers alone, before a byte of the body is taken: type, length, room.
// Throws.
void judge_headers(const Exchange& exchange, const Settings& settings, Shares& uploads);

// Takes the body off the connection; the exchange's `unread` becomes false, also where an exception
// is thrown, once nothing of it is left there. Throws Error for what is wrong with it,
// boost::system::system_error where the connection breaks.
asio::awaitable<VideoRequest> read_video_request(Exchange& exchange, const Settings& settings,
                                                 UploadFolders& folders, Shares& uploads,
                                                 DiskLane& disk);

}  // namespace syncnet::service
