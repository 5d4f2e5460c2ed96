"""Records of the registry to rows and back, in the columns that `registry_statements` names."""

from datetime import datetime

import msgspec

from penstock.metadata.registry import Approval, ModelVersion, Promotion, RegisteredModel
from penstock.metadata.rows import Row, Values, from_row, json_text, time_text

_tags = msgspec.json.Decoder(dict[str, str]).decode
_dict = msgspec.json.decode
_moment = datetime.fromisoformat


def model_values(model: RegisteredModel) -> Values:
    return msgspec.structs.asdict(model) | {
        "tags": json_text(model.tags),
        "created_at": time_text(model.created_at),
        "updated_at": time_text(model.updated_at),
    }


@from_row
def model_record(row: Row) -> RegisteredModel:
    return RegisteredModel(
        name=row[0],
        description=row[1],
        tags=_tags(row[2]),
        created_at=_moment(row[3]),
        updated_at=_moment(row[4]),
    )


def version_values(version: ModelVersion) -> Values:
    return msgspec.structs.asdict(version) | {
        "tags": json_text(version.tags),
        "created_at": time_text(version.created_at),
        "updated_at": time_text(version.updated_at),
    }


@from_row
def version_record(row: Row) -> ModelVersion:
    return ModelVersion(
        name=row[0],
        version=row[1],
        uri=row[2],
        digest=row[3],
        artifact_id=row[4],
        run_id=row[5],
        path=row[6],
        status=row[7],
        status_reason=row[8],
        description=row[9],
        tags=_tags(row[10]),
        tracked_run=row[11],
        created_by=row[12],
        created_at=_moment(row[13]),
        updated_at=_moment(row[14]),
    )


def promotion_values(promotion: Promotion) -> Values:
    return {
        "name": promotion.name,
        "number": promotion.number,
        "alias": promotion.alias,
        "kind": promotion.kind,
        "version_before": promotion.before,
        "version_after": promotion.after,
        "made_by": promotion.by,
        "reason": promotion.reason,
        "evidence": json_text(promotion.evidence),
        "made_at": time_text(promotion.at),
    }


@from_row
def promotion_record(row: Row) -> Promotion:
    return Promotion(
        name=row[0],
        number=row[1],
        alias=row[2],
        kind=row[3],
        before=row[4],
        after=row[5],
        by=row[6],
        reason=row[7],
        evidence=_dict(row[8]),
        at=_moment(row[9]),
    )


def approval_values(approval: Approval) -> Values:
    return msgspec.structs.asdict(approval) | {
        "details": json_text(approval.details),
        "requested_at": time_text(approval.requested_at),
        "decided_at": time_text(approval.decided_at) if approval.decided_at else None,
    }


@from_row
def approval_record(row: Row) -> Approval:
    return Approval(
        approval_id=row[0],
        subject=row[1],
        role=row[2],
        run_id=row[3],
        path=row[4],
        details=_dict(row[5]),
        requested_at=_moment(row[6]),
        decision=row[7],
        decided_by=row[8],
        note=row[9],
        decided_at=_moment(row[10]) if row[10] else None,
    )
