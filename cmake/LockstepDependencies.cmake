# Every package the build uses, found once. The Debian names stand in scripts/packages.txt.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(MPI REQUIRED COMPONENTS C)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
find_package(LibArchive REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
find_path(SPECTRA_INCLUDE_DIR Spectra/SymEigsSolver.h REQUIRED)
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)

add_library(lockstep_dependencies INTERFACE)
target_include_directories(lockstep_dependencies SYSTEM INTERFACE
  ${HDF5_INCLUDE_DIRS} ${RANDOM123_INCLUDE_DIR} ${SPECTRA_INCLUDE_DIR} ${XXHASH_INCLUDE_DIR})
target_link_libraries(lockstep_dependencies INTERFACE
  Eigen3::Eigen OpenMP::OpenMP_CXX Threads::Threads ${HDF5_C_LIBRARIES} OpenSSL::Crypto ZLIB::ZLIB LibArchive::LibArchive
  fmt::fmt spdlog::spdlog nlohmann_json::nlohmann_json)
# Eigen must not start threads of its own: OpenMP is used over leaves, never inside one. The alignment of its memory is
# not left to -march, since vectors pass between the installed library and programs compiled with another one.
set(LOCKSTEP_EIGEN_ABI EIGEN_MAX_ALIGN_BYTES=64)
target_compile_definitions(lockstep_dependencies INTERFACE
  EIGEN_DONT_PARALLELIZE SPDLOG_FMT_EXTERNAL ${LOCKSTEP_EIGEN_ABI})

# Eigen's products go to OpenBLAS where it is installed (about 1.3 x faster dsyrk and dgemm).
find_library(OPENBLAS_LIBRARY openblas)
if(OPENBLAS_LIBRARY)
  target_compile_definitions(lockstep_dependencies INTERFACE EIGEN_USE_BLAS LOCKSTEP_HAS_OPENBLAS)
  target_link_libraries(lockstep_dependencies INTERFACE ${OPENBLAS_LIBRARY})
else()
  message(STATUS "OpenBLAS not found: dense products use Eigen's own kernels")
endif()

add_library(lockstep_cli_dependencies INTERFACE)
target_include_directories(lockstep_cli_dependencies SYSTEM INTERFACE ${CLI11_INCLUDE_DIR})
target_link_libraries(lockstep_cli_dependencies INTERFACE tomlplusplus::tomlplusplus)
