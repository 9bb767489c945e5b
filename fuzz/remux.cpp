// What `fix` writes: it can be read again, and its packets are those that were there.
#include "media/remuxer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "fuzz/scratch_folder.h"
#include "fuzz/targets.h"
#include "media/demuxer.h"
#include "media/reader.h"

namespace syncnet::fuzz {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr media::Limits kLimits{.max_bytes = 1 << 20,
                                .max_seconds = 10,
                                .max_pixels_per_frame = 640LL * 480,
                                .max_total_pixels = 640LL * 480 * 300};

// The first sight of everything in it; nothing where it can't be read to its end.
std::optional<std::vector<std::size_t>> seen(const fs::path& path) {
    std::vector<std::size_t> images;
    try {
        media::Reader reader(media::Source::from_path(path), kLimits);
        while (const auto item = reader.next()) {
            const auto* frame = std::get_if<media::Frame>(&*item);
            if (frame == nullptr || !frame->image) continue;
            const media::LumaView luma = frame->image->luma();
            std::size_t sum = 0;
            for (int y = 0; y < luma.height; ++y)
                for (int x = 0; x < luma.width; ++x)
                    sum = sum * 31 + luma.data[std::ptrdiff_t{y} * luma.stride + x];
            if (images.empty() || images.back() != sum) images.push_back(sum);
        }
        if (reader.damage().packets > 0 || reader.damage().truncated) return std::nullopt;
    } catch (const Error& e) {
        if (e.code() == ErrorCode::internal) throw;
        return std::nullopt;
    }
    return images;
}

// How many packets its images have; nothing where it can't be opened.
std::optional<int> packets(const fs::path& path) {
    try {
        auto source = media::Source::from_path(path);
        media::WorkLimit work(kLimits, source.size(), {});
        media::Demuxer demuxer(std::move(source), kLimits, {}, work);
        const media::PacketPtr packet = media::make_packet();
        media::Damage damage;
        int count = 0;
        while (demuxer.read(*packet, damage))
            count += packet->stream_index == demuxer.video().index ? 1 : 0;
        return count;
    } catch (const Error& e) {
        if (e.code() == ErrorCode::internal) throw;
        return std::nullopt;
    }
}

[[noreturn]] void complain(const char* ending, const char* of, std::size_t before,
                           std::size_t after) {
    std::fprintf(stderr, "%s: %zu %s became %zu\n", ending, before, of, after);
    std::abort();
}

}  // namespace

void remux(std::span<const std::byte> file) {
    if (file.empty()) return;
    const fs::path from = put("from", file);
    const auto before = seen(from);
    for (const char* const ending : {"to.mkv", "to.mp4"}) {
        const fs::path to = scratch_folder() / ending;
        fs::remove(to);
        try {
            media::remux(media::Source::from_path(from), to,
                         {.audio_later = 120ms, .limits = kLimits});
        } catch (const Error& e) {
            if (e.code() == ErrorCode::internal) throw;
            continue;
        } catch (const std::bad_alloc&) {
            continue;
        }
        // Of a whole file, every packet is there, and every frame, in its order. A decoder that
        // forgives a damaged stream in one container may not do so in another.
        if (!before) continue;
        const int copied = packets(to).value_or(-1);
        const int there = packets(from).value_or(0);
        if (copied != there)
            complain(ending, "packets", static_cast<std::size_t>(there),
                     static_cast<std::size_t>(std::max(0, copied)));
        const auto after = seen(to);
        if (after && *after != *before) complain(ending, "images", before->size(), after->size());
    }
}

}  // namespace syncnet::fuzz
