#include "evaluate/synthetic_speech.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "base/unique_fd.h"

namespace syncnet::evaluate {
namespace {

constexpr std::array kVoices{"en-gb", "en-us+f3", "en-gb+m3", "en-us+f2"};
constexpr std::array kSentences{
    "The weather will be fine tomorrow, and most of us will be out in the garden by noon.",
    "She counted eleven boats in the harbour before the fog came down again.",
    "Please tell your brother that the keys are behind the blue flower pot.",
    "Nobody believed that the old bridge would hold, but it has held for years."};

// What the program writes to its standard output; empty where it fails.
std::string output_of(const char* voice, const char* sentence) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    const UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::array<std::string, 5> words{"espeak-ng", "--stdout", "-v", voice, sentence};
    std::array<char*, 6> arguments{};
    for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
    pid_t child = 0;
    const int failed =
        ::posix_spawnp(&child, "espeak-ng", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    writing = UniqueFd();
    if (failed != 0) return {};
    std::string text;
    std::array<char, 64 * 1024> some{};
    while (text.size() < kMaxSpeechBytes) {
        const ssize_t got = ::read(reading.get(), some.data(), some.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        text.append(some.data(), static_cast<std::size_t>(got));
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : std::string{};
}

std::uint32_t number(std::string_view bytes, std::size_t at, int count) {
    std::uint32_t value = 0;
    for (int i = count; i-- > 0;)
        value = value << 8U | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
    return value;
}

// 16-bit mono PCM as the program writes it; its sizes are made up where it can't go back.
Samples samples_of(std::string_view wav, int& rate) {
    constexpr std::size_t kRateAt = 24, kBitsAt = 34;
    const std::size_t data = wav.find("data");
    if (!wav.starts_with("RIFF") || data == std::string_view::npos || data < kBitsAt + 2 ||
        number(wav, kBitsAt, 2) != 16)
        return {};
    rate = static_cast<int>(number(wav, kRateAt, 4));
    Samples samples;
    for (std::size_t i = data + 8; i + 1 < wav.size(); i += 2)
        samples.push_back(static_cast<float>(static_cast<std::int16_t>(number(wav, i, 2))) /
                          32768.0F);
    return samples;
}

Samples from_first_audio(const Samples& samples) {
    constexpr float kSilence = 0.01F;
    std::size_t first = 0;
    while (first < samples.size() && std::abs(samples[first]) < kSilence) ++first;
    return {samples.begin() + static_cast<std::ptrdiff_t>(first), samples.end()};
}

}  // namespace

SyntheticSpeech::SyntheticSpeech(bool wanted) {
    if (!wanted) return;
    for (std::size_t i = 0; i < kVoices.size(); ++i) {
        const std::string wav = output_of(kVoices[i], kSentences[i]);
        if (wav.empty()) return;
        if (Samples said = from_first_audio(samples_of(wav, rate_)); !said.empty())
            utterances_.push_back(std::move(said));
    }
}

Samples SyntheticSpeech::say(std::size_t count, Draw draw) const {
    const Samples& said = utterances_[draw.below(utterances_.size())];
    Samples samples(count);
    for (std::size_t i = 0; i < count; ++i) samples[i] = said[i % said.size()];
    return samples;
}

}  // namespace syncnet::evaluate
