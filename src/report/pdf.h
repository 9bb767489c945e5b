// A page as PDF, printed by the Chromium that is installed.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

namespace syncnet::report {

// The program, found on PATH. Throws invalid_setting, with what to install, where there is none.
std::filesystem::path find_browser();

// Prints `html` (a self-contained page, with no scripts) into the file `out`. The program is
// started without a shell, in a folder of its own that is gone afterwards, and ended after
// kPrintSeconds. `between` is called now and then; what it throws ends it. Throws cannot_write.
inline constexpr int kPrintSeconds = 120;
void print_pdf(const std::filesystem::path& browser, std::string_view html,
               const std::filesystem::path& out, const std::function<void()>& between);

}  // namespace syncnet::report
