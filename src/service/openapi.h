// The description of the HTTP interface, OpenAPI 3.1; a test keeps it true.
#pragma once

#include <string_view>

namespace syncnet::service {

std::string_view openapi_document();

}  // namespace syncnet::service
