#include "report/proposal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/number_text.h"
#include "base/shell.h"
#include "media/time_code.h"
#include "report/steps.h"

namespace syncnet::report {
namespace {

namespace fs = std::filesystem;

// Beside the video, in its own container where that can be written.
fs::path fixed_name(const fs::path& video) {
    constexpr std::array<std::string_view, 7> kWritten{".mp4",  ".m4v", ".mov", ".mkv",
                                                       ".webm", ".ts",  ".mpg"};
    const std::string ending = video.extension().string();
    const bool written = std::ranges::find(kWritten, ending) != kWritten.end();
    return video.parent_path() / (video.stem().string() + ".fixed" + (written ? ending : ".mkv"));
}

// A name that begins with - would be taken for a flag.
std::string word(const fs::path& path) {
    const std::string name = path.string();
    return shell_quoted(name.starts_with('-') ? "./" + name : name);
}

std::string command(const fs::path& video, const std::string& flags) {
    return "syncnet fix" + flags + " " + word(video) + " -o " + word(fixed_name(video));
}

std::string moved(const pipeline::Correction& correction) {
    const double ms = static_cast<double>(correction.audio_later.count()) / 1000;
    return "the audio comes " + fixed_point(std::abs(ms), 0) + " ms " +
           (ms > 0 ? "later" : "earlier");
}

std::string places(std::span<const Step> jumps, const media::TimeCodes& times) {
    constexpr std::size_t kMost = 5;
    std::string text;
    for (const Step& s : jumps.first(std::min(jumps.size(), kMost)))
        text += (text.empty() ? "" : ", ") + times.at(s.frame);
    return jumps.size() > kMost ? text + " and " + std::to_string(jumps.size() - kMost) + " more"
                                : text;
}

// Nothing where the drift can't be mended either.
std::optional<Proposal> for_drift(const pipeline::Analysis& analysis, const fs::path& video,
                                  const std::string& flags) {
    if (!analysis.voice.drift || !analysis.voice.drift->significant) return std::nullopt;
    try {
        const pipeline::Correction c = pipeline::correction_for(analysis, true);
        return Proposal{.remedy = Remedy::stretch,
                        .text = "Give the audio the speed of the video (" +
                                fixed_point(100 * c.speed, 3) +
                                " % of its own); at the beginning " + moved(c) +
                                ". The audio is encoded again.",
                        .command = command(video, flags + " --drift keep-pitch"),
                        .correction = c};
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

std::string_view to_string(Remedy remedy) {
    switch (remedy) {
        case Remedy::nothing:
            return "nothing";
        case Remedy::move:
            return "move";
        case Remedy::stretch:
            return "stretch";
        case Remedy::cut:
            return "cut";
        case Remedy::none:
            return "none";
    }
    return "none";
}

Proposal propose(const pipeline::Analysis& analysis, std::span<const OffsetPoint> offsets,
                 const fs::path& video, const std::string& flags) {
    if (const auto jumps = steps(analysis, offsets); !jumps.empty())
        return {.remedy = Remedy::cut,
                .text = "Cut the video where the offset jumps (" +
                        places(jumps, media::TimeCodes(analysis.video)) +
                        "), and take `syncnet fix` for each part: no one offset is right."};
    if (pipeline::in_sync(analysis))
        return {.remedy = Remedy::nothing,
                .text =
                    "Nothing: the audio is within one frame (40 ms) of its place, and `syncnet "
                    "fix` leaves that as it is."};
    if (auto drift = for_drift(analysis, video, flags)) return *std::move(drift);
    try {
        const pipeline::Correction c = pipeline::correction_for(analysis);
        return {.remedy = Remedy::move,
                .text = "Move the audio: " + moved(c) + ". Nothing is encoded again.",
                .command = command(video, flags),
                .correction = c};
    } catch (const Error& e) {
        return {.remedy = Remedy::none,
                .text = "`syncnet fix` can't put it right: " + std::string(e.what()) +
                        (std::string_view(e.what()).ends_with('.') ? "" : ".")};
    }
}

}  // namespace syncnet::report
