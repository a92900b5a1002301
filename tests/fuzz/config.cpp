// The configuration file: TOML with the options of train, one byte of settings before it.
#include "cli/command_line.h"
#include "cli/config_file.h"
#include "cli/environment.h"

#include <string>

#include "fuzz_input.h"

using namespace lockstep;

namespace {

CommandLine command_line_with(const std::string& path) {
  return parse_command_line({"train", "--config", path, "--print-config"}, Environment());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  fuzz::FuzzInput input(data, size);
  const bool is_whole_command = input.choose(2) != 0;
  file.hold(input.bytes());
  std::vector<FileSetting> settings;
  if (!fuzz::is_read([&] { settings = read_config_file(file.path()); }) || !is_whole_command) {
    return 0;
  }
  std::string printed;
  if (fuzz::is_read([&] { printed = command_line_with(file.path()).text; })) {
    file.hold(printed);
    fuzz::require(command_line_with(file.path()).text == printed, "the effective configuration reads back as itself");
  }
  return 0;
}
