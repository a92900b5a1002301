/// A network on made data, and the plain loops its passes are compared with.
#pragma once

#include "base/numerics.h"
#include "lockstep/comm/communicator.h"
#include "model/network.h"
#include "model/pass_engine.h"

#include <cmath>
#include <string>
#include <vector>

#include "support/made_data.h"

namespace lockstep::testing {

/// Rows with labels 0 … classes − 1, or real ones (classes = 0).
inline RawData labelled(const MadeData& made, int classes) {
  RawData raw = made_share(made, 0, 1);
  std::vector<std::string> names;
  for (std::int64_t row = 0; row < made.rows; ++row) {
    const double real = made_label({.features = made.features, .classes = false}, row);
    raw.block.label[static_cast<std::size_t>(row)] =
        classes == 0 ? real : std::floor(std::fmod(std::abs(real) * 3, classes));
  }
  for (int k = 0; k < classes; ++k) {
    names.push_back(std::to_string(k));
  }
  raw.schema.set_class_names(names);
  return raw;
}

inline Vector some_point(Index p, double scale, double phase = 0) {
  Vector w(p);
  for (Index j = 0; j < p; ++j) {
    w[j] = scale * std::sin(static_cast<double>(j * j % 97) + static_cast<double>(j) + 1 + phase);
  }
  return w;
}

struct Sums {
  double weight = 0, loss = 0, mistakes = 0;
  Vector payload;
};

inline Sums unpacked(const Partial& sum) {
  Sums sums{sum.header()[0], sum.header()[1], sum.header()[2], {}};
  if (sum.shape().scalar == Scalar::float64) {
    sums.payload = Eigen::Map<const Vector>(sum.payload<double>().data(), sum.shape().payload);
  } else {
    sums.payload = Eigen::Map<const Eigen::VectorXf>(sum.payload<float>().data(), sum.shape().payload).cast<double>();
  }
  return sums;
}

/// A network on data, both whole.
struct NetworkFixture {
  NetworkFixture(const MadeData& made, const NetworkShape& shape, Access access = Access::full_batch,
                 std::vector<double> class_weights = {})
      : data(make_dataset(labelled(made, shape.outputs == 1 ? 0 : static_cast<int>(shape.outputs)), layout(access),
                          comm)),
        model(shape, std::move(class_weights)) {
    configure_numerics();
  }

  static LayoutSettings layout(Access access) {
    LayoutSettings settings;
    settings.access = access;
    settings.lanes = access == Access::mini_batch ? 4 : 0;
    return settings;
  }

  Sums sums(const Vector& w, PassKind kind = PassKind::gradient, Margins* margins = nullptr) {
    model.prepare(w, point);
    Pass pass;
    pass.kind = kind;
    pass.w = &point;
    if (margins != nullptr) {
      pass.keep = *margins;
    }
    return run(pass);
  }

  Vector product(const Vector& w, const Vector& v, Curvature kind) {
    model.prepare(w, point);
    model.prepare(v, direction);
    Pass pass;
    pass.kind = PassKind::product;
    pass.w = &point;
    pass.v = &direction;
    pass.curvature = kind;
    return run(pass).payload;
  }

  Sums run(const Pass& pass) { return unpacked(engine.run(pass, data, data.leaves).partial(0)); }

  SerialCommunicator comm;
  Dataset data;
  Network model;
  KernelParameters point, direction;
  ThreadedEngine engine{model, data, 1};
};

inline double naive_activation(Activation kind, double z) {
  switch (kind) {
    case Activation::relu:
      return z > 0 ? z : 0;
    case Activation::tanh:
      return std::tanh(z);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-z));
    case Activation::gelu:
      break;
  }
  return 0.5 * z * (1 + std::erf(z / std::sqrt(2.0)));
}

inline double naive_slope(Activation kind, double z) {
  switch (kind) {
    case Activation::relu:
      return z > 0 ? 1 : 0;
    case Activation::tanh:
      return 1 - std::pow(std::tanh(z), 2);
    case Activation::sigmoid:
      return std::exp(-z) / std::pow(1 + std::exp(-z), 2);
    case Activation::gelu:
      break;
  }
  return 0.5 * (1 + std::erf(z / std::sqrt(2.0))) + z * std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0));
}

/// z of one row, and where asked the gradient of ℓ by one loop a formula.
struct NaiveRow {
  NaiveRow(const NetworkShape& network, const Vector& parameters, const Vector& x)
      : shape(network), w(parameters), a{x}, z(1) {
    for (Index l = 0; l < shape.layers(); ++l) {
      Vector next = Vector::Zero(shape.units(l + 1));
      for (Index i = 0; i < next.size(); ++i) {
        next[i] = w[shape.biases_begin(l) + i];
        for (Index j = 0; j < shape.units(l); ++j) {
          next[i] += weight(l, i, j) * a.back()[j];
        }
      }
      z.push_back(next);
      a.push_back(l + 1 < shape.layers()
                      ? Vector(next.unaryExpr([&](double t) { return naive_activation(shape.activation, t); }))
                      : next);
    }
  }

  double weight(Index l, Index i, Index j) const { return w[shape.weights_begin(l) + j * shape.units(l + 1) + i]; }

  /// Jᵀ d: the derivative of dᵀz in w.
  Vector pull_back(Vector delta) const {
    Vector gradient = Vector::Zero(shape.parameters());
    for (Index l = shape.layers() - 1; l >= 0; --l) {
      const auto at = static_cast<std::size_t>(l);
      for (Index i = 0; i < delta.size(); ++i) {
        gradient[shape.biases_begin(l) + i] = delta[i];
        for (Index j = 0; j < shape.units(l); ++j) {
          gradient[shape.weights_begin(l) + j * shape.units(l + 1) + i] = delta[i] * a[at][j];
        }
      }
      if (l > 0) {
        Vector below = Vector::Zero(shape.units(l));
        for (Index j = 0; j < below.size(); ++j) {
          for (Index i = 0; i < delta.size(); ++i) {
            below[j] += weight(l, i, j) * delta[i];
          }
          below[j] *= naive_slope(shape.activation, z[at][j]);
        }
        delta = below;
      }
    }
    return gradient;
  }

  const NetworkShape& shape;
  const Vector& w;
  std::vector<Vector> a, z;
};

struct NaiveLoss {
  double loss = 0;
  Vector slope;
  Matrix hessian;
};

inline NaiveLoss naive_loss(NetworkLoss kind, const Vector& z, double y) {
  const Index outputs = z.size();
  NaiveLoss result;
  Vector target = Vector::Zero(outputs);
  target[outputs == 1 ? 0 : static_cast<Index>(y)] = outputs == 1 ? y : 1;
  if (kind == NetworkLoss::squared) {
    return {0.5 * (z - target).squaredNorm(), z - target, Matrix::Identity(outputs, outputs)};
  }
  const Vector p = z.array().exp() / z.array().exp().sum();
  result.loss = -std::log(p.dot(target));
  result.slope = p - target;
  result.hessian = p.asDiagonal();
  result.hessian -= p * p.transpose();
  return result;
}

inline Vector made_row(const MadeData& made, std::int64_t row) {
  Vector x(made.features);
  for (Index j = 0; j < made.features; ++j) {
    x[j] = made_entry(made, row, j);
  }
  return x;
}

inline Sums naive_sums(const MadeData& made, const NetworkFixture& fixture, const Vector& w) {
  const NetworkShape& shape = fixture.model.network_shape();
  Sums sums;
  sums.payload = Vector::Zero(shape.parameters());
  for (std::int64_t row = 0; row < made.rows; ++row) {
    const double s = made_weight(made, row);
    const double y = fixture.data.label[static_cast<std::size_t>(row)];
    const NaiveRow pass(shape, w, made_row(made, row));
    const Vector& z = pass.z.back();
    const NaiveLoss loss = naive_loss(shape.loss, z, y);
    Index largest = 0;
    z.maxCoeff(&largest);
    sums.weight += s;
    sums.loss += s * loss.loss;
    sums.mistakes += shape.outputs > 1 && static_cast<double>(largest) != y ? s : 0;
    sums.payload += s * pass.pull_back(loss.slope);
  }
  return sums;
}

inline double relative_difference(const Vector& a, const Vector& b) {
  return (a - b).norm() / (b.norm() + 1e-300);
}

}  // namespace lockstep::testing
