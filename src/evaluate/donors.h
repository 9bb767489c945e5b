// The audio of other clips, for swapping: read when they are first asked for, and kept.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evaluate/manifest.h"
#include "evaluate/reading_edits.h"

namespace syncnet::evaluate {

// Donors of each corpus: enough for variety, few enough to be kept in memory.
inline constexpr std::size_t kMaxDonors = 400;
// A donor that can't be read or does not speak is passed over, so often.
inline constexpr int kMaxTries = 5;

// Who gives the audio.
enum class Donor { same_speaker, other_speaker, other_corpus };
std::string_view to_string(Donor donor);

struct Donated {
    const Clip* clip = nullptr;
    Audio audio;
    std::optional<Interval> speech;  // its span; there where it is handed out
};

class Donors {
  public:
    using Read = std::function<Donated(const Clip&)>;

    // `read` may throw Error. `clips` must outlive this.
    Donors(const std::vector<Clip>& clips, Read read);

    // The audio that `clip` gets, always the same one; null where there is none. Thread-safe.
    std::shared_ptr<const Donated> of(const Clip& clip, Donor donor);

  private:
    std::shared_ptr<const Donated> read(std::size_t index);

    const std::vector<Clip>* clips_;
    Read read_;
    std::vector<std::size_t> donors_;  // indices of genuine clips
    std::mutex mutex_;
    std::unordered_map<std::size_t, std::shared_ptr<const Donated>> kept_;
};

}  // namespace syncnet::evaluate
