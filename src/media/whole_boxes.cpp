#include "media/whole_boxes.h"

#include "media/box.h"

namespace syncnet::media {

WholeBoxes whole_boxes(const Source& source) noexcept {
    const WholeBoxes as_it_is{.end = source.size()};
    std::int64_t at = 0;
    bool fragmented = false;
    for (int boxes = 0; boxes < kMaxBoxes && at < source.size(); ++boxes) {
        const auto box = box_at(source, at);
        if (at == 0 && !(box && (box->is("ftyp") || box->is("styp")))) return as_it_is;
        if (!box && fragmented && source.size() - at < kBoxHeaderBytes)
            return {.end = at, .cut_off = true};
        if (!box || box->bytes == 0) return as_it_is;
        if (at + box->bytes > source.size()) {
            if (!fragmented || box->is("mdat")) return as_it_is;
            return {.end = at, .cut_off = box->is("moof")};
        }
        fragmented = fragmented || box->is("moof");
        at += box->bytes;
    }
    return as_it_is;
}

}  // namespace syncnet::media
