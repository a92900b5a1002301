/// Threads beside the main one, which signals are for.
#pragma once

#include <functional>
#include <thread>

namespace lockstep {

/// Runs `work` on a thread that no signal is delivered to. Throws std::system_error.
std::thread thread_without_signals(const std::function<void()>& work);

}  // namespace lockstep
