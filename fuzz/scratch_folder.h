// For what reads its input from a file.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace syncnet::fuzz {

// A folder of this process alone, in memory where there is such a place; gone when the program
// ends.
const std::filesystem::path& scratch_folder();

// Writes `bytes` into the scratch folder under that name, in the place of what was there.
std::filesystem::path put(std::string_view name, std::span<const std::byte> bytes);

}  // namespace syncnet::fuzz
