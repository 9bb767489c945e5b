// Bytes that may be any, as text that is valid UTF-8: for pages and tables that name files.
#pragma once

#include <string>
#include <string_view>

namespace syncnet {

// Every byte that belongs to no character becomes U+FFFD.
std::string valid_utf8(std::string_view bytes);

}  // namespace syncnet
