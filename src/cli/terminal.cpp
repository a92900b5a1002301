#include "cli/terminal.h"

#include "io/utf8.h"

#include <csignal>
#include <cstddef>
#include <cstdio>

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// C0 but newline and tab, DEL, C1 (U+0080 to U+009F).
bool is_control(const std::string& text, std::size_t i, std::size_t length) {
  const auto first = static_cast<unsigned char>(text[i]);
  if (length == 2) {
    return first == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;
  }
  return length == 1 && ((first < 0x20 && first != '\n' && first != '\t') || first == 0x7f);
}

/// Nothing inside a message can pass for a message of its own.
std::string indented(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') {
      result += "  ";
    }
  }
  return result;
}

}  // namespace

std::string without_controls(const std::string& text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    const std::size_t taken = length == 0 ? 1 : length;
    if (length == 0 || is_control(text, i, length)) {
      for (std::size_t k = 0; k < taken; ++k) {
        shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i + k]));
      }
    } else {
      shown.append(text, i, taken);
    }
    i += taken;
  }
  return shown;
}

void secure_standard_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) < 0) {
      // The lowest free number is this one. For reading: what is printed there is found to be lost.
      static_cast<void>(::open("/dev/null", O_RDONLY));
    }
  }
}

struct Terminal::Streams {
  spdlog::logger output{"output", std::make_shared<spdlog::sinks::stdout_sink_mt>()};
  spdlog::logger errors{"errors", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

Terminal::Terminal() : streams_(std::make_unique<Streams>()) {
  streams_->output.set_pattern("%v");
  streams_->errors.set_pattern("trainer: %l: %v");  // "warning" and "error"
  streams_->output.flush_on(spdlog::level::info);
  streams_->errors.flush_on(spdlog::level::info);
}

Terminal::~Terminal() = default;

void Terminal::info(const std::string& text) {
  streams_->output.info("{}", without_controls(text));
}

void Terminal::result(std::string_view bytes) {
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  std::fflush(stdout);
}

void Terminal::warning(const std::string& text) {
  streams_->errors.warn("{}", indented(without_controls(text)));
}

void Terminal::error(const std::string& text) {
  streams_->errors.error("{}", indented(without_controls(text)));
}

ExitCode Terminal::delivered(ExitCode code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) {
    return code;
  }
  error("standard output: cannot write; the result is lost");
  return code == ExitCode::success ? ExitCode::io_error : code;
}

}  // namespace lockstep
