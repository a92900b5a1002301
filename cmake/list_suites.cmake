# Writes FILE: a ctest entry PREFIX.SUITE for each test suite of PROGRAM, with TIMEOUT and LABELS.
# Run as: cmake -DPROGRAM=... -DPREFIX=... -DTIMEOUT=... -DLABELS=... -DFILE=... -P list_suites.cmake
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE list COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "(^|\n)[A-Za-z_][A-Za-z0-9_/]*\\." suites "${list}")
set(entries "")
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "[\n.]" "" suite "${suite}")
  string(APPEND entries
    "add_test([=[${PREFIX}.${suite}]=] [=[${PROGRAM}]=] [=[--gtest_filter=${suite}.*]=])\n"
    "set_tests_properties([=[${PREFIX}.${suite}]=] PROPERTIES TIMEOUT ${TIMEOUT} LABELS ${LABELS})\n")
endforeach()
if(entries STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} lists no test suites")
endif()
file(WRITE ${FILE} "${entries}")
