#!/bin/sh
# Makes the sample data again: Synthea in a process of its own (70 patients aged 50 to 85, two years of history, every
# resource), split in three hospitals; CSV exports; DICOM phantoms. Needs Maven, a JDK and Python 3.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$(mktemp -d)}
cat > "$work/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>org.osteon.sample</groupId><artifactId>synthea</artifactId><version>1</version>
<dependencies><dependency><groupId>org.mitre.synthea</groupId><artifactId>synthea</artifactId><version>3.3.0</version></dependency></dependencies></project>
POM
(cd "$work" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath.txt \
  && java -Xmx3g -cp "$(cat classpath.txt)" App -s 20261123 -cs 20261123 -r 20260101 -e 20260101 -a 50-85 -p 70 \
    --generate.thread_pool_size=1 --exporter.baseDirectory=out --exporter.fhir.bulk_data=true --exporter.years_of_history=2 \
    --exporter.hospital.fhir.export=false --exporter.practitioner.fhir.export=false --generate.only_alive_patients=true Massachusetts)
python3 "$here/fhir_split.py" "$work/out/fhir" "$here"
python3 "$here/csv_export.py" "$here"
python3 "$here/conformance/phantom_table.py" > "$here/conformance/phantom.csv"
"$here/../osteon" sample-images "$here"
