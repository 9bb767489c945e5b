// The error catalogue: every way in which a request can fail, in one table.
//
// Library code throws `Error` and nothing else; the table gives each code its stable name, the HTTP
// status, a title and a hint about what to do, so that the service, the command line and the docs
// all say the same. The codes themselves are public.
#pragma once

#include <span>

#include "syncnet/error.h"

namespace syncnet {

// False: of the command line alone, or of the operator; no client of the service is sent it.
bool reaches_clients(ErrorCode code) noexcept;

// All rows, for the docs and the tests.
std::span<const ErrorInfo> error_catalogue() noexcept;

}  // namespace syncnet
