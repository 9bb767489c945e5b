#include "media/sws.h"

#include "base/error.h"

namespace syncnet::media {

SwsContext* Sws::prepare(const Job& job) {
    if (job_ == job) return context_.get();
    job_.reset();
    context_.reset(sws_getContext(job.from_width, job.from_height, job.from_format, job.to_width,
                                  job.to_height, job.to_format, SWS_BILINEAR, nullptr, nullptr,
                                  nullptr));
    if (context_ == nullptr) {
        throw Error(ErrorCode::unsupported_codec, "the pixel format is not supported");
    }
    const int* const table = sws_getCoefficients(job.matrix);
    const int range = job.full_range ? 1 : 0;
    constexpr int kOne = 1 << 16;
    // Fails for formats that have no range, and then there is nothing to set.
    sws_setColorspaceDetails(context_.get(), table, range, table, range, 0, kOne, kOne);
    job_ = job;
    return context_.get();
}

}  // namespace syncnet::media
