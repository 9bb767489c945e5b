// Bytes as text: hexadecimal and base64 (RFC 4648).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace syncnet {

using Bytes = std::span<const unsigned char>;

std::string to_hex(Bytes bytes);  // lower case
// Fills `bytes` from exactly twice as many lower case digits; false, with `bytes` in any state,
// where `text` is anything else.
bool from_hex(std::string_view text, std::span<unsigned char> bytes);

std::string to_base64(Bytes bytes);     // with padding
std::string to_base64url(Bytes bytes);  // without
// Nothing where `text` is not padded base64.
std::optional<std::vector<unsigned char>> from_base64(std::string_view text);

}  // namespace syncnet
