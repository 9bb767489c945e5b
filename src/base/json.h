// JSON, its class compiled once (json.cpp) instead of in every file that touches a value.
#pragma once

#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<>;
