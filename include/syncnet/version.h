#pragma once

#include <string_view>

#include "syncnet/export.h"

namespace syncnet {

SYNCNET_API std::string_view version() noexcept;  // "1.0.0"

}  // namespace syncnet
