# Flags shared by all targets. -ffp-contract=fast is g++'s default and kept: the contraction is fixed at
# build time, so it is part of "the same binary". -ffast-math is never used: it would let the compiler
# reorder sums.
add_library(lockstep_options INTERFACE)
target_compile_options(lockstep_options INTERFACE
  -march=${LOCKSTEP_ARCH} -Wall -Wextra -Wpedantic -Wshadow -Wconversion -fno-math-errno -fno-semantic-interposition)
# g++ 12 sees overlapping copies in std::string's operator+ that are not there (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(lockstep_options INTERFACE -Wno-restrict)
endif()
# For targets with much std::string: g++ 12 sees copies in it that are not there, in precompiled headers.
set(LOCKSTEP_PRECOMPILED_STRINGS)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  set(LOCKSTEP_PRECOMPILED_STRINGS -Wno-stringop-overflow -Wno-array-bounds)
endif()
# The heap, in KB, past which g++ looks for garbage: that takes a seventh of its time and hardly saves any memory.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(lockstep_options INTERFACE --param=ggc-min-heapsize=1000000)
endif()
# What clang does not know: the pragma that loops of the update rules are vectorised by.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(lockstep_options INTERFACE -Wno-unknown-pragmas)
endif()
if(LOCKSTEP_WERROR)
  target_compile_options(lockstep_options INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(lockstep_options INTERFACE -O3)
endif()
if(LOCKSTEP_SANITIZE)
  target_compile_options(lockstep_options INTERFACE -fsanitize=${LOCKSTEP_SANITIZE} -fno-omit-frame-pointer)
  if(LOCKSTEP_SANITIZE MATCHES "undefined")
    target_compile_options(lockstep_options INTERFACE -fno-sanitize-recover=undefined)
  endif()
  target_link_options(lockstep_options INTERFACE -fsanitize=${LOCKSTEP_SANITIZE})
endif()
