/// Launch checks, MPI where there are ranks, one command, one exit code.
#include "base/numerics.h"
#include "base/test_failure.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/launch.h"
#include "cli/same_start.h"
#include "cli/terminal.h"
#include "cli/thread_waiting.h"
#include "comm/agreement.h"
#include "data/standard_input.h"
#include "io/hdf5_guard.h"
#include "lockstep/comm/mpi_communicator.h"
#include "run/stop_monitor.h"

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
    case Command::convert:
      return run_convert(line.convert, comm, console);
    case Command::generate:
      return run_generate(line.generate, comm, console);
    case Command::evaluate:
      return run_evaluate(line.evaluate, comm, console);
    case Command::inspect:
      return run_inspect(line.inspect, comm, console);
    case Command::check:
      return run_check(line.check, comm, console);
    case Command::diff:
      return run_diff(line.diff, comm, console);
  }
  return ExitCode::internal;
}

/// noexcept: an exception that left it would wait for the other ranks in MPI_Finalize.
int run(int argc, char** argv, const Environment& environment, Communicator& comm) noexcept {
  Terminal terminal;
  SilentConsole silence;
  // Copies that do not know of each other all have rank 0: of these the launcher's rank 0 speaks.
  const bool speaks = comm.size() > 1 ? comm.rank() == 0 : launch_rank(environment) == 0;
  try {
    require_same_start(argc > 1 ? argv[1] : "", comm);
    CommandLine line;
    agree(comm, [&] {
      check_world_size(environment, comm.size());
      line = parse_command_line(argc, argv, environment);
    });
    for (ReadSettings* data : {&line.train.data, &line.predict.data, &line.evaluate.data, &line.check.training.data}) {
      take_standard_input(*data, comm);
    }
    if (line.command != Command::train) {
      forget_early_warning();
    }
    const ExitCode code = dispatch(line, comm, speaks ? static_cast<Console&>(terminal) : silence);
    return static_cast<int>(speaks && line.prints_result() ? terminal.delivered(code) : code);
  } catch (...) {
    return fail(speaks, comm, terminal);
  }
}

}  // namespace

int main(int argc, char** argv) {
  wait_without_spinning(argv);
  secure_standard_streams();
  remember_early_warning();
  const Environment environment = process_environment();
  adopt_parent_death_guard(environment);
  configure_numerics();
  const bool is_parallel = launched_in_parallel(environment);
  const int rank = launch_rank(environment);
  report_hdf5_crashes(rank);
  try {
    take_test_failure(rank);
    if (!is_parallel) {
      SerialCommunicator comm;
      return run(argc, argv, environment, comm);
    }
    const MpiEnvironment mpi;
    MpiCommunicator comm;
    return run(argc, argv, environment, comm);
  } catch (...) {  // MPI did not start
    return fail_to_start(is_parallel, rank);
  }
}
