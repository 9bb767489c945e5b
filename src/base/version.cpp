#include "syncnet/version.h"

namespace syncnet {

std::string_view version() noexcept {
    return SYNCNET_VERSION;
}

}  // namespace syncnet
