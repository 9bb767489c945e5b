#include "media/mp4_tables.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "base/error.h"
#include "media/box.h"

namespace syncnet::media {
namespace {

constexpr int kMaxDepth = 12;  // FFmpeg goes less deep

// Those in which FFmpeg looks for tables, too.
constexpr std::array<std::string_view, 12> kParents{"moov", "trak", "edts", "mdia", "minf", "stbl",
                                                    "moof", "traf", "udta", "tref", "mvex", "dinf"};

class Tables {
  public:
    explicit Tables(const Source& source) : source_(source) {}

    void visit(std::int64_t at, std::int64_t end, int depth) {
        while (at < end) {
            const auto box = box_at(source_, at);
            if (!box) return;
            count(boxes_, 1, kMaxTableBoxes, "boxes");
            const std::int64_t box_end = box->bytes == 0 ? end : std::min(end, at + box->bytes);
            const std::int64_t inside = at + box->header_bytes;
            const bool parent =
                std::ranges::any_of(kParents, [&](std::string_view name) { return box->is(name); });
            if (box->is("trak")) audio_ = false, audio_by_the_sample_ = 0;
            if (parent && depth < kMaxDepth)
                visit(inside, box_end, depth + 1);
            else
                add(*box, inside);
            at = box_end;
        }
    }

  private:
    void add(const Box& box, std::int64_t inside) {
        // Version and flags come first in all of them.
        if (box.is("elst")) count(edits_, number(inside + 4), kMaxEdits, "edits");
        if (box.is("trun")) count(samples_, number(inside + 4), kMaxSamples, "samples");
        if (box.is("hdlr")) note_kind(inside);
        if (box.is("stts")) note_times(inside);
        if (box.is("stsz") || box.is("stz2")) note_sizes(inside);
    }

    // Audio without compression has a sample for each of its values, which are read by the chunk:
    // one entry of times, of one tick each.
    void note_times(std::int64_t inside) {
        const bool by_the_sample = audio_ && number(inside + 4) == 1 && number(inside + 12) == 1;
        audio_by_the_sample_ = by_the_sample ? number(inside + 8) : 0;
    }
    void note_kind(std::int64_t inside) {
        constexpr std::int64_t kAudio = 0x736F756E, kImage = 0x76696465;  // "soun", "vide"
        const std::int64_t kind = number(inside + 8);
        if (kind == kAudio || kind == kImage) audio_ = kind == kAudio;
    }
    void note_sizes(std::int64_t inside) {
        const std::int64_t samples = number(inside + 8);
        if (samples == audio_by_the_sample_) return;
        count(samples_, samples, kMaxSamples, "samples");
    }

    static void count(std::int64_t& total, std::int64_t more, std::int64_t most, const char* what) {
        total += more;
        if (total > most)
            throw Error(ErrorCode::too_complex, "its tables ask for " + std::to_string(total) +
                                                    ' ' + what + "; " + std::to_string(most) +
                                                    " are read");
    }

    std::int64_t number(std::int64_t at) const {
        std::array<std::byte, 4> bytes{};
        if (source_.read_at(at, bytes) != 4) return 0;
        std::int64_t value = 0;
        for (const std::byte b : bytes) value = value << 8U | std::to_integer<std::int64_t>(b);
        return value;
    }

    const Source& source_;
    std::int64_t boxes_ = 0, edits_ = 0, samples_ = 0;
    bool audio_ = false;                    // this track
    std::int64_t audio_by_the_sample_ = 0;  // 0: it is none
};

}  // namespace

void require_moderate_tables(const Source& source) {
    Tables(source).visit(0, source.size(), 0);
}

}  // namespace syncnet::media
