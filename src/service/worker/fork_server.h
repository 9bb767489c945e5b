// The process that workers are forked from: `syncnet worker`, started by the service.
//
// It loads the models once and gives up the network and the files; then each order makes a worker,
// which shares the models' memory, gives up what is left and waits for videos. Whatever a video
// does to its worker, it does to no other client's.
//
// Packets of JSON over one socket:
//   service -> fork server   setup, then {"spawn": token} with the worker's socket, {"kill": token}
//   fork server -> service   {"ready": {…}, …} or {"code", "detail"}, then {"exited": token,
//   "status": …}
#pragma once

#include "base/unique_fd.h"

namespace syncnet::service {

inline constexpr std::size_t kMaxPacketBytes = 64 << 10;
inline constexpr int kForkServerSocket = 3;  // its descriptor in the new process

// Runs until the service closes its end; workers end with it. The exit status. Call it while the
// process has one thread.
int run_fork_server(UniqueFd service);

}  // namespace syncnet::service
