package org.osteon.coordinator.link;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.protocol.call.Answers;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.sign.VerificationKey;
import org.osteon.protocol.v1.EnrolRequest;
import org.osteon.protocol.v1.EnrolResponse;
import org.osteon.protocol.v1.EnrolmentGrpc;

/** The one service without an authenticated caller: a site shows its one-time token and proves its key. */
public final class EnrolmentService extends EnrolmentGrpc.EnrolmentImplBase {
    private final Sites sites;
    private final FederationRoot root;

    /** The service. */
    public EnrolmentService(Sites sites, FederationRoot root) {
        this.sites = sites;
        this.root = root;
    }

    @Override
    public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> observer) {
        Answers.guard(observer, () -> {
            SiteRecord site = sites.enrol(
                    request.getToken(),
                    new Sites.Introduction(
                            request.getSite(),
                            VerificationKey.ofPem(request.getNodeKeyPem()),
                            request.getNodeKeyProof().toByteArray(),
                            request.getCosignerKeyPem(),
                            root.siteLogOrigin(request.getSite()),
                            request.getLogKeyPem(),
                            request.getOfficerKeyPemList()));
            observer.onNext(EnrolResponse.newBuilder()
                    .setNodeId(Long.parseUnsignedLong(site.nodeId()))
                    .setFederationRoot(ByteString.copyFrom(root.canonical()))
                    .setConfirmed(site.active())
                    .setFingerprint(site.nodeKey().fingerprint())
                    .build());
            observer.onCompleted();
        });
    }
}
