#include "base/shell.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/utf8.h"

namespace syncnet {
namespace {

bool is_plain(char c) {
    constexpr std::string_view kPlain = "%+,-./:=@_";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPlain.find(c) != std::string_view::npos;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == 0x7F;
}

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

// $'...': every byte by name.
std::string ansi_quoted(std::string_view word) {
    std::string quoted = "$'";
    for (const char c : word) {
        if (is_control(c) || !is_ascii(c)) {
            const auto byte = static_cast<unsigned char>(c);
            quoted += "\\x" + to_hex({&byte, 1});
        } else {
            if (c == '\'' || c == '\\') quoted += '\\';
            quoted += c;
        }
    }
    return quoted + "'";
}

}  // namespace

std::string shell_quoted(std::string_view word) {
    if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string(word);
    if (std::ranges::any_of(word, is_control) || valid_utf8(word) != word) return ansi_quoted(word);
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

}  // namespace syncnet
