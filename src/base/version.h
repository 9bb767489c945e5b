#pragma once

#include <string_view>

namespace syncnet {

std::string_view version() noexcept;

}  // namespace syncnet
