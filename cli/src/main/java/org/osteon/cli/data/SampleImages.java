package org.osteon.cli.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osteon.adapters.dicom.phantom.DicomPhantoms;
import org.osteon.adapters.dicom.phantom.PhantomPatient;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code osteon sample-images DIR}: draws the DICOM phantoms of the sample data; nobody in them exists. */
@Command(
        name = "sample-images",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Draw the sample data's DICOM phantoms.",
        footer = "Example:  osteon sample-images sample-data")
public final class SampleImages extends Verb {
    private static final Map<String, Integer> COUNTS = Map.of("hospital-a", 8, "hospital-b", 6, "hospital-c", 4);

    @Parameters(paramLabel = "DIR", description = "folder of the sample data")
    private Path folder = Path.of("");

    @Override
    protected ExitCode run() throws IOException {
        Map<String, Object> written = new LinkedHashMap<>();
        for (Map.Entry<String, Integer> hospital : new java.util.TreeMap<>(COUNTS).entrySet()) {
            String name = hospital.getKey();
            long seed = name.charAt(name.length() - 1);
            String letter = name.substring(name.length() - 1).toUpperCase(java.util.Locale.ROOT);
            Path images = folder.resolve(name).resolve("images");
            written.put(
                    name,
                    DicomPhantoms.write(
                                    images,
                                    seed,
                                    PhantomPatient.invent(
                                            "Sample Hospital " + letter, letter, seed, hospital.getValue()))
                            .size());
        }
        output().answer(written);
        return ExitCode.DONE;
    }
}
