#include "run/evaluation_memory.h"

#include "run/memory_check.h"

namespace lockstep {

Dataset load_data_within(const ReadSettings& read, const ModelFile& file, const MemorySize& memory,
                         const std::string& command, const Execution& execution) {
  TrainSettings settings;  // a pass for the margins is that of gradient descent
  settings.data = settings_for_model(read, file);
  settings.model.kind = file.model.kind;
  settings.model.hidden = file.model.hidden;
  settings.fit.optimizer = OptimizerKind("gd");
  settings.launch.memory = memory;
  MemoryCheck check(settings, execution, gather_hosts(execution.comm()), command);
  check.foresee();
  check.require_foreseen();
  return load_data_for_model(read, file, execution, [&](const ModelDescription& model, const DataShape& shape) {
    return check.require(model, shape);
  });
}

}  // namespace lockstep
