#include "pipeline/audio_choice.h"

#include <algorithm>
#include <charconv>
#include <deque>

#include "base/error.h"
#include "media/language.h"

namespace syncnet::pipeline {
namespace {

constexpr double kFits = 0.9;           // nothing better is looked for
constexpr double kClearlyBetter = 0.1;  // than the one before, which else stays
constexpr std::size_t kMostTried = 24;
constexpr std::size_t kLongestTag = 35;  // of BCP 47

bool is_tag(std::string_view text) {
    return text.size() >= 2 && text.size() <= kLongestTag && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
           });
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string list_of(const media::Info& info) {
    std::string list;
    for (std::size_t i = 0; i < info.audio_tracks.size(); ++i) {
        const std::string& language = info.audio_tracks[i].language;
        list += (list.empty() ? "" : ", ") + std::to_string(i + 1) +
                (language.empty() ? "" : " (" + language + ")");
    }
    return list;
}

[[noreturn]] void refuse(const media::Info& info, const std::string& wanted) {
    throw Error(ErrorCode::invalid_request,
                "this video has no audio track " + wanted + "; it has " +
                    (info.audio_tracks.empty() ? "none" : list_of(info)));
}

// Speech that doesn't fit is still better than none.
bool better(const Tried& a, const Tried& b) {
    if (a.fit > b.fit + kClearlyBetter) return true;
    constexpr double kNone = 0.08, kSome = 0.5;  // seconds
    return b.speech_seconds < kNone && b.fit == 0 && a.speech_seconds >= kSome;
}

}  // namespace

std::optional<AudioChoice> parse_audio_choice(std::string_view text) {
    using Which = AudioChoice::Which;
    if (text == "best") return AudioChoice{};
    if (text == "default") return AudioChoice{.which = Which::container};
    AudioChoice choice{.which = Which::track};
    const char* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, choice.track);
    if (!text.empty() && failed == std::errc() && stopped == end)
        return choice.track > 0 ? std::optional(choice) : std::nullopt;
    if (!is_tag(text)) return std::nullopt;
    return AudioChoice{.which = Which::language, .language = lower(text)};
}

std::string to_string(const AudioChoice& choice) {
    switch (choice.which) {
        case AudioChoice::Which::best:
            return "best";
        case AudioChoice::Which::container:
            return "default";
        case AudioChoice::Which::track:
            return std::to_string(choice.track);
        case AudioChoice::Which::language:
            return choice.language;
    }
    return "best";
}

std::optional<int> first_track(const media::Info& info, const AudioChoice& choice) {
    using Which = AudioChoice::Which;
    if (choice.which == Which::track) {
        if (static_cast<std::size_t>(choice.track) > info.audio_tracks.size())
            refuse(info, std::to_string(choice.track));
        return choice.track - 1;
    }
    if (choice.which == Which::language) {
        // Who names a country means it; who doesn't means the language, whatever it is called.
        const bool country = choice.language.find('-') != std::string::npos;
        const auto named = [&](std::string_view tag) {
            return country ? lower(tag) : media::language_name(tag);
        };
        const auto found =
            std::ranges::find(info.audio_tracks, named(choice.language),
                              [&](const auto& track) { return named(track.language); });
        if (found == info.audio_tracks.end()) refuse(info, "in '" + choice.language + "'");
        return static_cast<int>(found - info.audio_tracks.begin());
    }
    return info.audio_track;
}

AudioSearch find_audio(const media::Info& info, const AudioChoice& choice, Tried first,
                       const std::function<Tried(const AudioPick&)>& listen) {
    AudioSearch search{.chosen = first, .tried = {first}};
    std::deque<AudioPick> waiting;
    if (choice.which == AudioChoice::Which::best) {
        for (std::size_t i = 0; i < info.audio_tracks.size(); ++i) {
            const AudioPick pick{.track = static_cast<int>(i)};
            if (info.audio_tracks[i].readable && pick.track != first.pick.track)
                waiting.push_back(pick);
        }
    }
    const auto add_channels = [&](const Tried& tried) {
        if (tried.pick.mix.kind != Mix::Kind::all) return;
        const auto& track = info.audio_tracks[static_cast<std::size_t>(tried.pick.track)];
        for (const Mix& mix : other_mixes(tried.levels, track))
            waiting.push_back({.track = tried.pick.track, .mix = mix});
    };
    add_channels(first);
    while (search.chosen.fit < kFits && !waiting.empty() && search.tried.size() < kMostTried) {
        const Tried tried = listen(waiting.front());
        waiting.pop_front();
        add_channels(tried);
        if (better(tried, search.chosen)) search.chosen = tried;
        search.tried.push_back(tried);
    }
    return search;
}

}  // namespace syncnet::pipeline
