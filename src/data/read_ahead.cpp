#include "data/read_ahead.h"

#include "base/threads.h"

#include <utility>

namespace lockstep {

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void ReadAhead::want(std::int64_t number) {
  const std::lock_guard lock(mutex_);
  if (!wanted_.try_emplace(number).second) {
    return;
  }
  queue_.push_back(number);
  if (!thread_.joinable()) {
    thread_ = thread_without_signals([this] { run(); });
  }
  changed_.notify_all();
}

void ReadAhead::take(std::int64_t number, RowBlock& block) {
  std::unique_lock lock(mutex_);
  const auto found = wanted_.find(number);
  if (found == wanted_.end() || found->second.stage == Stage::waiting) {
    if (found != wanted_.end()) {
      wanted_.erase(found);
      std::erase(queue_, number);
    }
    lock.unlock();
    load_(number, block);
    return;
  }
  Wanted& wanted = found->second;
  changed_.wait(lock, [&] { return wanted.stage == Stage::ready; });
  std::swap(block, wanted.block);
  spare_.push_back(std::move(wanted.block));
  const std::exception_ptr failure = wanted.failure;
  wanted_.erase(found);
  if (failure) {
    std::rethrow_exception(failure);
  }
}

void ReadAhead::clear() {
  std::unique_lock lock(mutex_);
  queue_.clear();
  std::erase_if(wanted_, [](const auto& one) { return one.second.stage == Stage::waiting; });
  changed_.wait(lock, [&] {
    return std::ranges::none_of(wanted_, [](const auto& one) { return one.second.stage == Stage::reading; });
  });
  for (auto& [number, wanted] : wanted_) {
    spare_.push_back(std::move(wanted.block));
  }
  wanted_.clear();
}

void ReadAhead::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ends_ || !queue_.empty(); });
    if (ends_) {
      return;
    }
    const std::int64_t number = queue_.front();
    queue_.pop_front();
    read(number, lock);
    changed_.notify_all();
  }
}

void ReadAhead::read(std::int64_t number, std::unique_lock<std::mutex>& lock) {
  Wanted& wanted = wanted_.at(number);  // stays in its place: who takes it waits until it is ready
  wanted.stage = Stage::reading;
  if (!spare_.empty()) {
    wanted.block = std::move(spare_.back());
    spare_.pop_back();
  }
  lock.unlock();
  try {
    load_(number, wanted.block);
  } catch (...) {
    wanted.failure = std::current_exception();
  }
  lock.lock();
  wanted.stage = Stage::ready;
}

}  // namespace lockstep
