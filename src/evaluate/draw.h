// Random numbers that are the same on every machine, for cases that must come out the same again.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace syncnet::evaluate {

// FNV-1a, so that a clip's path is its seed.
constexpr std::uint64_t seed_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3U;
    }
    return hash;
}

// SplitMix64 (Steele, Lea, Flood 2014).
class Draw {
  public:
    explicit Draw(std::uint64_t seed) : state_(seed) {}
    // What is drawn for one purpose does not change what is drawn for another.
    Draw(std::string_view path, std::string_view purpose)
        : Draw(seed_of(path) ^ (seed_of(purpose) * 31)) {}

    std::uint64_t bits() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    double uniform() { return static_cast<double>(bits() >> 11U) * 0x1p-53; }  // [0, 1)
    double uniform(double from, double to) { return from + (to - from) * uniform(); }
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(bits() % count); }
    double gauss() {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }

  private:
    std::uint64_t state_;
};

}  // namespace syncnet::evaluate
