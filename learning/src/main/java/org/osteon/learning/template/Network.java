package org.osteon.learning.template;

import java.util.ArrayList;
import java.util.List;
import org.osteon.learning.LearningException;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Study.ModelSpec;

/**
 * Fully connected layers with ReLU between them; the three templates are the three shapes it can take.
 *
 * <p>{@code logistic}: one layer, one output, logistic loss, arrays {@code weight [1, inputs]} and {@code bias [1]}.
 * {@code softmax}: one layer, an output a class, cross-entropy, {@code weight [classes, inputs]} and {@code bias
 * [classes]}. {@code mlp}: hidden layers before the softmax layer, {@code layer1.weight [h1, inputs]},
 * {@code layer1.bias [h1]}, {@code layer2.weight} and so on. Weights are {@code [out, in]} in C order.
 *
 * @param widths inputs, hidden widths, outputs
 * @param binary one output with logistic loss, instead of an output a class with cross-entropy
 */
public record Network(List<Integer> widths, boolean binary) {
    /** Takes a copy. */
    public Network {
        widths = List.copyOf(widths);
    }

    /**
     * The network of a study's model.
     *
     * @throws LearningException {@code TEMPLATE_MISMATCH} when the arrays are not those of the template, whatever their
     *     dtype and scope, or {@code logistic} is asked for more than two classes
     */
    public static Network of(ModelSpec model, int inputs, int classes) {
        boolean binary = "logistic".equals(model.template());
        if (binary && classes != 2) {
            throw new LearningException(
                    "TEMPLATE_MISMATCH", "logistic has two classes, the study " + classes + "; use softmax");
        }
        List<Integer> widths = new ArrayList<>();
        widths.add(inputs);
        widths.addAll(model.hidden());
        widths.add(binary ? 1 : classes);
        Network network = new Network(widths, binary);
        List<ArraySpec> expected = network.arrays("float32");
        List<ArraySpec> given = model.arrays();
        for (int i = 0; i < Math.max(expected.size(), given.size()); i++) {
            String want = i < expected.size() ? named(expected.get(i)) : "nothing";
            String have = i < given.size() ? named(given.get(i)) : "nothing";
            if (!want.equals(have)) {
                throw new LearningException(
                        "TEMPLATE_MISMATCH",
                        "template " + model.template() + " has " + want + " where the study has " + have);
            }
        }
        return network;
    }

    private static String named(ArraySpec spec) {
        return spec.name() + " " + spec.shape();
    }

    /** The arrays of this network in order, all shared, of one dtype. */
    public List<ArraySpec> arrays(String dtype) {
        List<ArraySpec> arrays = new ArrayList<>();
        for (int l = 0; l < layers(); l++) {
            String prefix = layers() == 1 ? "" : "layer" + (l + 1) + ".";
            arrays.add(ArraySpec.shared(prefix + "weight", dtype, widths.get(l + 1), widths.get(l)));
            arrays.add(ArraySpec.shared(prefix + "bias", dtype, widths.get(l + 1)));
        }
        return List.copyOf(arrays);
    }

    /** Layers with weights. */
    public int layers() {
        return widths.size() - 1;
    }

    /** Inputs of a layer. */
    public int in(int layer) {
        return widths.get(layer);
    }

    /** Outputs of a layer. */
    public int out(int layer) {
        return widths.get(layer + 1);
    }

    /** Where a layer's weights begin in the flat parameters; its biases follow them. */
    public int offset(int layer) {
        int offset = 0;
        for (int l = 0; l < layer; l++) {
            offset += (in(l) + 1) * out(l);
        }
        return offset;
    }

    /** Number of parameters. */
    public int parameters() {
        return offset(layers());
    }
}
