/// Standard input as a data file: --data -.
#pragma once

#include "data/held_bytes.h"

#include <cstdint>
#include <memory>

namespace lockstep {

class Communicator;
struct ReadSettings;

/// The part of the memory that text in memory may take: its rows take about as much again.
inline constexpr double kTextOfMemory = 0.5;

/// The path of standard input.
inline constexpr const char* kStandardInput = "-";

/// All of it on rank 0, its begin on the others.
struct StandardInput {
  HeldBytes bytes;
  std::int64_t size = 0;

  std::unique_ptr<InputFile> open() const { return std::make_unique<HeldFile>("standard input", size, bytes); }
};

/// Reads standard input where `settings` name it, before anything else is read. Collective. Throws ConfigurationError
/// on every rank where it does not fit the memory, SystemError, Interrupted.
void take_standard_input(ReadSettings& settings, Communicator& comm);

}  // namespace lockstep
