#include "cli/clips.h"

#include "base/error.h"

namespace syncnet::cli {

Clips read_clips(const std::string& manifest, const evaluate::Selection& selection) {
    try {
        Clips clips{.manifest = evaluate::read_manifest(manifest), .selected = {}};
        clips.selected = evaluate::selected(clips.manifest, selection);
        return clips;
    } catch (const Error& e) {
        if (e.code() != ErrorCode::invalid_request) throw;
        throw Error(e.code(), manifest + ": " + e.what() +
                                  " (docs/evaluation.md has the form of a manifest)");
    }
}

}  // namespace syncnet::cli
