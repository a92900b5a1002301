/// Launch checks, MPI where there are ranks, one command, one exit code.
#include "base/numerics.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/launch.h"
#include "cli/terminal.h"
#include "comm/agreement.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/mpi_communicator.h"

#include <exception>
#include <new>

using namespace lockstep;

namespace {

ExitCode dispatch(const CommandLine& line, Communicator& comm, Console& console) {
  switch (line.command) {
    case Command::none:
      console.info(line.text.substr(0, line.text.find_last_not_of('\n') + 1));
      return ExitCode::success;
    case Command::train:
      return run_train(line.train, comm, console);
    case Command::predict:
      return run_predict(line.predict, comm, console);
    case Command::evaluate:
      return run_evaluate(line.evaluate, comm, console);
    case Command::inspect:
      return run_inspect(line.inspect, comm, console);
    case Command::check:
      return run_check(line.check, comm, console);
  }
  return ExitCode::internal;
}

int run(int argc, char** argv, const Environment& environment, Communicator& comm) {
  Terminal terminal;
  SilentConsole silence;
  // Copies that do not know of each other all have rank 0: of these the launcher's rank 0 speaks.
  const bool speaks = comm.size() > 1 ? comm.rank() == 0 : launch_rank(environment) == 0;
  try {
    check_world_size(environment, comm.size());
    CommandLine line;
    agree(comm, [&] { line = parse_command_line(argc, argv, environment); });
    const ExitCode code = dispatch(line, comm, speaks ? static_cast<Console&>(terminal) : silence);
    return static_cast<int>(speaks && line.prints_result() ? terminal.delivered(code) : code);
  } catch (const Error& error) {  // the same on every rank
    if (speaks) {
      for (const std::string& notice : error.notices()) {
        terminal.warning(notice);
      }
      terminal.error(error.what());
    }
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    return fail_alone(ExitCode::out_of_memory, "out of memory; train --plan tells what a run takes", comm, terminal);
  } catch (const std::exception& error) {
    return fail_alone(ExitCode::internal, error.what(), comm, terminal);
  }
}

}  // namespace

int main(int argc, char** argv) {
  secure_standard_streams();
  const Environment environment = process_environment();
  adopt_parent_death_guard(environment);
  configure_numerics();
  if (!launched_in_parallel(environment)) {
    SerialCommunicator comm;
    return run(argc, argv, environment, comm);
  }
  const MpiEnvironment mpi;
  MpiCommunicator comm;
  return run(argc, argv, environment, comm);
}
