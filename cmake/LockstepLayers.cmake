# The layers, lowest first. A file may include its own layer and the layers below it, nothing above.
set(LOCKSTEP_LIBRARY_LAYERS base comm io data model objective risk optim fit run)
set(LOCKSTEP_LAYERS ${LOCKSTEP_LIBRARY_LAYERS} cli)

function(lockstep_layer_sources result)
  set(sources)
  foreach(layer IN LISTS ARGN)
    file(GLOB layer_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${layer}/*.cpp)
    list(APPEND sources ${layer_sources})
  endforeach()
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

# Checked on every build: see cmake/check_layers.cmake for the rules.
file(GLOB_RECURSE layered_files CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/include/lockstep/*.h ${CMAKE_SOURCE_DIR}/src/*.h ${CMAKE_SOURCE_DIR}/src/*.cpp)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/layers.stamp
  COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR} "-DLAYERS=${LOCKSTEP_LAYERS}"
          -P ${CMAKE_SOURCE_DIR}/cmake/check_layers.cmake
  COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/layers.stamp
  DEPENDS ${layered_files} ${CMAKE_SOURCE_DIR}/cmake/check_layers.cmake
  COMMENT "Checking that includes only point down the layers" VERBATIM)
add_custom_target(check_layers DEPENDS ${CMAKE_BINARY_DIR}/layers.stamp)
