#include "evaluate/donors.h"

#include "base/error.h"
#include "evaluate/draw.h"

namespace syncnet::evaluate {
namespace {

bool fits(const Clip& clip, const Clip& other, Donor donor) {
    if (&clip == &other) return false;
    switch (donor) {
        case Donor::same_speaker:
            return other.corpus == clip.corpus && other.speaker == clip.speaker;
        case Donor::other_speaker:
            return other.corpus == clip.corpus && other.speaker != clip.speaker;
        case Donor::other_corpus:
            return other.corpus != clip.corpus;
    }
    return false;
}

}  // namespace

std::string_view to_string(Donor donor) {
    switch (donor) {
        case Donor::same_speaker:
            return "same speaker";
        case Donor::other_speaker:
            return "other speaker";
        case Donor::other_corpus:
            return "other corpus";
    }
    return {};
}

Donors::Donors(const std::vector<Clip>& clips, Read read) : clips_(&clips), read_(std::move(read)) {
    const std::vector<bool> drawn = drawn_subset(clips, kMaxDonors);
    for (std::size_t i = 0; i < clips.size(); ++i)
        if (drawn[i]) donors_.push_back(i);
}

std::shared_ptr<const Donated> Donors::of(const Clip& clip, Donor donor) {
    std::vector<std::size_t> able;
    for (const std::size_t i : donors_)
        if (fits(clip, (*clips_)[i], donor)) able.push_back(i);
    Draw draw(clip.path, to_string(donor));
    for (int i = 0; i < kMaxTries && !able.empty(); ++i) {
        const auto chosen = able.begin() + static_cast<std::ptrdiff_t>(draw.below(able.size()));
        if (auto audio = read(*chosen)) return audio;
        able.erase(chosen);
    }
    return nullptr;
}

std::shared_ptr<const Donated> Donors::read(std::size_t index) {
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = kept_.find(index); found != kept_.end()) return found->second;
    }
    // Two may read the same one at once: that costs time, not truth.
    std::shared_ptr<const Donated> donor;
    try {
        Donated audio = read_((*clips_)[index]);
        if (audio.speech) donor = std::make_shared<Donated>(std::move(audio));
    } catch (const Error&) {
        donor = nullptr;  // it is an error of its own clip, and told there
    }
    const std::lock_guard lock(mutex_);
    return kept_.emplace(index, std::move(donor)).first->second;
}

}  // namespace syncnet::evaluate
