// Words as a shell reads them.
#pragma once

#include <string>
#include <string_view>

namespace syncnet {

// One word of a command line of bash, zsh or ksh that means exactly these bytes, whatever they are;
// as it stands where nothing needs quoting. Control characters and what is no ASCII are written as
// escapes only where a plain quote would hide them ($'a\nb').
std::string shell_quoted(std::string_view word);

}  // namespace syncnet
