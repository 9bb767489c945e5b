// The list of clips to measure by, and what is known of each.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace syncnet::evaluate {

inline constexpr std::array<std::string_view, 6> kLabels{"genuine", "shifted",   "swapped",
                                                         "dubbed",  "generated", "other"};

inline constexpr std::size_t kMaxManifestBytes = 256U << 20U;
inline constexpr std::size_t kMaxManifestClips = 1'000'000;
inline constexpr double kMaxKnownOffset = 1000;  // frames, both ways

struct Clip {
    std::string path;  // as the manifest has it
    std::filesystem::path file;
    std::string label;             // of kLabels
    std::optional<double> offset;  // frames, > 0: the audio leads
    std::string speaker;           // where the manifest says none: the path, a speaker of its own
    std::string corpus;            // where it says none: "clips"
    std::string split;             // may be empty

    bool genuine() const { return label == "genuine"; }
};

struct Manifest {
    std::vector<Clip> clips;
    std::string sha256;
};

// JSONL (an object a line) or CSV with a header (RFC 4180; a file named .csv): `path`, relative to
// the manifest's folder, and `label`; `offset`, `speaker`, `corpus` and `split` where known. Other
// fields are passed over. Throws not_found, and invalid_request with the number of the line: a
// missing or wrong field, a path that is there twice, no clips at all.
Manifest read_manifest(const std::filesystem::path& path);

struct Selection {
    std::string split;                 // empty: all
    std::vector<std::string> corpora;  // empty: all
    std::vector<std::string> in_sync;  // corpora whose clips' offset is 0 where none is said
    std::optional<std::size_t> limit;  // clips of each corpus and label, drawn by their paths
};

// In the manifest's order. Throws invalid_request where nothing is left, saying what there is.
std::vector<Clip> selected(const Manifest& manifest, const Selection& selection);

// Which of the clips are among the first `count` genuine ones of their corpus, in an order that
// their paths draw.
std::vector<bool> drawn_subset(const std::vector<Clip>& clips, std::size_t count);

}  // namespace syncnet::evaluate
