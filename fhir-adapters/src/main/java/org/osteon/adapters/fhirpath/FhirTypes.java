package org.osteon.adapters.fhirpath;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of FHIR's types: primitives and complex types with their supertypes, and resources, of R4, R4B and R5
 * together. Source: the type and resource lists of the FHIR specification.
 */
public final class FhirTypes {
    private static final String PRIMITIVES = "base64Binary boolean canonical code date dateTime decimal id instant"
            + " integer integer64 markdown oid positiveInt string time unsignedInt uri url uuid";
    private static final String COMPLEX = "Address Age Annotation Attachment Availability CodeableConcept"
            + " CodeableReference Coding ContactDetail ContactPoint Contributor Count DataRequirement Distance Dosage"
            + " Duration Expression Extension ExtendedContactDetail HumanName Identifier Meta MonetaryComponent Money"
            + " ParameterDefinition Period Quantity Range Ratio RatioRange Reference RelatedArtifact SampledData"
            + " Signature SimpleQuantity Timing TriggerDefinition UsageContext VirtualServiceDetail";
    private static final String RESOURCES = "Account ActivityDefinition ActorDefinition"
            + " AdministrableProductDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse"
            + " ArtifactAssessment AuditEvent Basic Binary BiologicallyDerivedProduct"
            + " BiologicallyDerivedProductDispense BodyStructure Bundle CapabilityStatement CarePlan CareTeam"
            + " CatalogEntry ChargeItem ChargeItemDefinition Citation Claim ClaimResponse ClinicalImpression"
            + " ClinicalUseDefinition CodeSystem Communication CommunicationRequest CompartmentDefinition Composition"
            + " ConceptMap Condition ConditionDefinition Consent Contract Coverage CoverageEligibilityRequest"
            + " CoverageEligibilityResponse DetectedIssue Device DeviceAssociation DeviceDefinition DeviceDispense"
            + " DeviceMetric DeviceRequest DeviceUsage DeviceUseStatement DiagnosticReport DocumentManifest"
            + " DocumentReference EffectEvidenceSynthesis Encounter EncounterHistory Endpoint EnrollmentRequest"
            + " EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceReport EvidenceVariable"
            + " ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag FormularyItem GenomicStudy Goal"
            + " GraphDefinition Group GuidanceResponse HealthcareService ImagingSelection ImagingStudy Immunization"
            + " ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide Ingredient InsurancePlan"
            + " InventoryItem InventoryReport Invoice Library Linkage List Location ManufacturedItemDefinition Measure"
            + " MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge"
            + " MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization"
            + " MedicinalProductContraindication MedicinalProductDefinition MedicinalProductIndication"
            + " MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured"
            + " MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect"
            + " MessageDefinition MessageHeader MolecularSequence NamingSystem NutritionIntake NutritionOrder"
            + " NutritionProduct Observation ObservationDefinition OperationDefinition OperationOutcome Organization"
            + " OrganizationAffiliation PackagedProductDefinition Parameters Patient PaymentNotice"
            + " PaymentReconciliation Permission Person PlanDefinition Practitioner PractitionerRole Procedure"
            + " Provenance Questionnaire QuestionnaireResponse RegulatedAuthorization RelatedPerson RequestGroup"
            + " RequestOrchestration Requirements ResearchDefinition ResearchElementDefinition ResearchStudy"
            + " ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot"
            + " Specimen SpecimenDefinition StructureDefinition StructureMap Subscription SubscriptionStatus"
            + " SubscriptionTopic Substance SubstanceDefinition SubstanceNucleicAcid SubstancePolymer SubstanceProtein"
            + " SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery"
            + " SupplyRequest Task TerminologyCapabilities TestPlan TestReport TestScript Transport ValueSet"
            + " VerificationResult VisionPrescription";

    private static final Set<String> PRIMITIVE = Set.of(PRIMITIVES.split(" "));
    private static final Set<String> COMPLEXES = Set.of(COMPLEX.split(" "));
    private static final Set<String> RESOURCE = Set.of(RESOURCES.split(" "));
    private static final Map<String, String> BY_SUFFIX = suffixes();
    private static final Map<String, String> PARENT = Map.ofEntries(
            Map.entry("code", "string"),
            Map.entry("id", "string"),
            Map.entry("markdown", "string"),
            Map.entry("url", "uri"),
            Map.entry("canonical", "uri"),
            Map.entry("oid", "uri"),
            Map.entry("uuid", "uri"),
            Map.entry("positiveInt", "integer"),
            Map.entry("unsignedInt", "integer"),
            Map.entry("Age", "Quantity"),
            Map.entry("Count", "Quantity"),
            Map.entry("Distance", "Quantity"),
            Map.entry("Duration", "Quantity"),
            Map.entry("SimpleQuantity", "Quantity"));

    private FhirTypes() {}

    /** Whether {@code name} is a resource type that views may be written for. */
    public static boolean isResource(String name) {
        return RESOURCE.contains(name);
    }

    /** Whether {@code name} is a primitive type, such as {@code dateTime}. */
    public static boolean isPrimitive(String name) {
        return PRIMITIVE.contains(name);
    }

    static boolean isKnown(String name) {
        return PRIMITIVE.contains(name) || COMPLEXES.contains(name) || RESOURCE.contains(name);
    }

    /** Whether values of the type are dates or times. */
    public static boolean isMoment(@Nullable String type) {
        return type != null
                && switch (type) {
                    case "date", "dateTime", "instant", "time" -> true;
                    default -> false;
                };
    }

    /** Whether {@code type} is {@code wanted} or derived from it. */
    static boolean isA(String type, String wanted) {
        return type.equals(wanted) || wanted.equals(PARENT.get(type));
    }

    /**
     * The type that the ending of a choice element's JSON name stands for ({@code Quantity}, {@code String}), or null.
     */
    static @Nullable String ofSuffix(String suffix) {
        return BY_SUFFIX.get(suffix);
    }

    private static Map<String, String> suffixes() {
        Map<String, String> bySuffix = new HashMap<>();
        PRIMITIVE.forEach(type -> bySuffix.put(Character.toUpperCase(type.charAt(0)) + type.substring(1), type));
        COMPLEXES.forEach(type -> bySuffix.put(type, type));
        return Map.copyOf(bySuffix);
    }
}
