// oneDNN splits every primitive over OpenMP's threads, as many as there were when it was made. In
// this scope there are `count`: one where stages and requests run side by side anyway, which wastes
// nothing on barriers.
#pragma once

namespace syncnet::nn {

class ThreadCount {
  public:
    explicit ThreadCount(int count);
    ~ThreadCount();
    ThreadCount(const ThreadCount&) = delete;
    ThreadCount& operator=(const ThreadCount&) = delete;

  private:
    int before_;
};

}  // namespace syncnet::nn
