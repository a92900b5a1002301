# cmake --install: the trainer, and the library for other programs:
#   find_package(lockstep)   lockstep::lockstep   all but MPI
#                            lockstep::mpi        the communicator over MPI
# Shared libraries, which bind to their own code: a program's Eigen, compiled with other flags, has functions of the same
# names, and one of the two would serve both in a static link.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(exported_symbols ${CMAKE_SOURCE_DIR}/cmake/exported_symbols.map)

function(lockstep_installed_library target name export_name)
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} EXPORT_NAME ${export_name} VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    INSTALL_RPATH "\$ORIGIN" LINK_DEPENDS ${exported_symbols})
  target_link_options(${target} PRIVATE LINKER:-Bsymbolic LINKER:--version-script=${exported_symbols})
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_compile_definitions(${target} INTERFACE ${LOCKSTEP_EIGEN_ABI})
  target_link_libraries(${target} INTERFACE Eigen3::Eigen)
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endfunction()

set(objects)
foreach(layer IN LISTS LOCKSTEP_LIBRARY_LAYERS)
  list(APPEND objects $<TARGET_OBJECTS:lockstep_${layer}>)
endforeach()
add_library(lockstep_shared SHARED ${objects})
target_link_libraries(lockstep_shared PRIVATE lockstep_options lockstep_dependencies)
set_target_properties(lockstep_shared PROPERTIES LINKER_LANGUAGE CXX)
lockstep_installed_library(lockstep_shared lockstep lockstep)

add_library(lockstep_mpi_shared SHARED ${mpi_sources})
target_include_directories(lockstep_mpi_shared PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(lockstep_mpi_shared
  PUBLIC lockstep_shared PRIVATE lockstep_options lockstep_dependencies MPI::MPI_C)
lockstep_installed_library(lockstep_mpi_shared lockstep_mpi mpi)

install(TARGETS trainer)
install(TARGETS lockstep_shared lockstep_mpi_shared EXPORT lockstep)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY include/lockstep DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/lockstep)
install(EXPORT lockstep NAMESPACE lockstep:: FILE lockstepTargets.cmake DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/lockstepConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/lockstepConfig.cmake ${CMAKE_BINARY_DIR}/lockstepConfigVersion.cmake DESTINATION ${package_folder})
