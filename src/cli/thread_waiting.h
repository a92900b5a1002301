/// How threads wait for each other.
#pragma once

namespace lockstep {

/// g++'s OpenMP lets a thread that waits spin for milliseconds before it sleeps, and reads how long when it is loaded.
/// On cores that other work shares, that is time taken from the thread it waits for: a small network took 60 times as
/// long beside two busy processes. So where the environment does not say otherwise (OMP_WAIT_POLICY, GOMP_SPINCOUNT),
/// this process starts itself over, once, with a spin of some microseconds, which costs alone nothing that can be
/// measured. Before MPI, files and threads. Where the system will not, nothing changes.
void wait_without_spinning(char** argv);

}  // namespace lockstep
