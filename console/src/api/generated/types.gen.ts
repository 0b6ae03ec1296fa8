// @ts-nocheck
// Made by openapi-ts from docs/openapi.json.

export type ClientOptions = {
    baseUrl: `${string}://${string}` | (string & {});
};

/**
 * AcceptWish
 */
export type AcceptWish = {
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Place
     */
    place: string;
    /**
     * Why
     */
    why?: string;
};

/**
 * Accepted
 *
 * A difference that somebody wants. `at` in seconds since the epoch.
 */
export type Accepted = {
    /**
     * Application
     */
    application: string;
    /**
     * At
     */
    at: number;
    /**
     * By
     */
    by: string;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Place
     */
    place: string;
    /**
     * Why
     */
    why: string;
};

/**
 * Activity
 *
 * `at` in seconds since the epoch. `hash`: SHA-256 in hexadecimal digits, see `chain`.
 */
export type Activity = {
    /**
     * Action
     */
    action: string;
    /**
     * After
     */
    after: unknown;
    /**
     * Application
     */
    application: string;
    /**
     * At
     */
    at: number;
    /**
     * Before
     */
    before: unknown;
    /**
     * By
     */
    by: string;
    /**
     * Hash
     */
    hash: string;
    /**
     * Id
     */
    id: number;
    /**
     * Target
     */
    target: string;
};

/**
 * AlertView
 *
 * `silenced`: why nobody is told of it, empty when somebody is.
 */
export type AlertView = {
    /**
     * Application
     */
    application: string;
    /**
     * Began
     */
    began: number;
    /**
     * Ended
     */
    ended: number;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Evidence
     */
    evidence: {
        [key: string]: unknown;
    };
    /**
     * Id
     */
    id: number;
    /**
     * Reason
     */
    reason: string;
    /**
     * Rule
     */
    rule: string;
    /**
     * Silenced
     */
    silenced: string;
    /**
     * Stack
     */
    stack: string;
    /**
     * State
     */
    state: string;
    /**
     * Times
     */
    times: number;
    /**
     * Version
     */
    version: string;
};

/**
 * Answer
 *
 * Of a query in SQL. `truncated`: there would have been more rows. `took` in seconds.
 */
export type Answer = {
    /**
     * Columns
     */
    columns: Array<string>;
    /**
     * Rows
     */
    rows: Array<Array<unknown>>;
    /**
     * Took
     */
    took: number;
    /**
     * Truncated
     */
    truncated: boolean;
};

/**
 * AnswerWish
 */
export type AnswerWish = {
    /**
     * Why
     */
    why?: string;
};

/**
 * ApplicationView
 */
export type ApplicationView = {
    /**
     * Created At
     */
    created_at: number;
    /**
     * Default Line
     */
    default_line: string;
    /**
     * Latest Version
     */
    latest_version: string;
    /**
     * Lines
     */
    lines: Array<LineView>;
    /**
     * Name
     */
    name: string;
    /**
     * Repository
     */
    repository: string;
    /**
     * Team
     */
    team: string;
};

/**
 * Asked
 *
 * `done` is False for what changes nothing; `said` is for people either way.
 */
export type Asked = {
    /**
     * Done
     */
    done: boolean;
    rollout: Rollout | null;
    /**
     * Said
     */
    said: string;
};

/**
 * BacktestView
 *
 * `minutes` of `endpoints` were looked at; `left_out` more endpoints had to be left out for time.
 *
 * `by_rule` counts. What began in a minute's midst is found at its end, so later than it would have been.
 */
export type BacktestView = {
    /**
     * By Rule
     */
    by_rule: {
        [key: string]: number;
    };
    /**
     * Endpoints
     */
    endpoints: number;
    /**
     * Firings
     */
    firings: Array<FiringView>;
    /**
     * Left Out
     */
    left_out: number;
    /**
     * Minutes
     */
    minutes: number;
    /**
     * Since
     */
    since: number;
    /**
     * Until
     */
    until: number;
};

/**
 * Blocked
 *
 * The script's event loop does not turn: why that is known, and where its threads stand.
 */
export type Blocked = {
    /**
     * Reason
     */
    reason: string;
    /**
     * Threads
     */
    threads: Array<ThreadStack>;
};

/**
 * CallerView
 *
 * One version that calls the service.
 */
export type CallerView = {
    /**
     * Application
     */
    application: string;
    figures: Figures;
    /**
     * Stack
     */
    stack: string;
    /**
     * Version
     */
    version: string;
};

/**
 * CapacityView
 *
 * Memory for instances in bytes, and the containers that wait ahead.
 */
export type CapacityView = {
    /**
     * Free
     */
    free: number;
    /**
     * Promised
     */
    promised: number;
    /**
     * Total
     */
    total: number;
    /**
     * Used
     */
    used: number;
    /**
     * Waiting
     */
    waiting: {
        [key: string]: number;
    };
};

/**
 * CatalogueAnswer
 *
 * `services` is what the runtime reads, `hosts` names inside containers, `signatures` what stubs are made of.
 */
export type CatalogueAnswer = {
    /**
     * Hosts
     */
    hosts: string;
    /**
     * Services
     */
    services: {
        [key: string]: unknown;
    };
    /**
     * Signatures
     */
    signatures: {
        [key: string]: Array<Method>;
    };
};

/**
 * Cell
 *
 * `share`: per cent of members; `version` empty: what the line runs, whatever that is at the time.
 */
export type Cell = {
    /**
     * Name
     */
    name: string;
    /**
     * Share
     */
    share: number;
    /**
     * Version
     */
    version: string;
};

/**
 * CellWish
 */
export type CellWish = {
    /**
     * Name
     */
    name: string;
    /**
     * Share
     */
    share: number;
    /**
     * Version
     */
    version?: string;
};

/**
 * ChartView
 *
 * `step` in seconds.
 */
export type ChartView = {
    /**
     * Marks
     */
    marks: Array<Mark>;
    /**
     * Series
     */
    series: Array<SeriesView>;
    /**
     * Step
     */
    step: number;
};

/**
 * CompareWish
 *
 * `version` served them; empty: the one with the newest recording. The last `seconds`.
 */
export type CompareWish = {
    /**
     * Against
     */
    against: string;
    /**
     * Endpoint
     */
    endpoint?: string;
    /**
     * Limit
     */
    limit?: number;
    /**
     * Seconds
     */
    seconds?: number;
    /**
     * Stack
     */
    stack?: string;
    /**
     * Version
     */
    version?: string;
};

/**
 * Dependent
 *
 * An endpoint of an application that calls a method. `share` of its requests do; `fallback` says what is known.
 */
export type Dependent = {
    /**
     * Application
     */
    application: string;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Fallback
     */
    fallback: string;
    /**
     * Requests
     */
    requests: number;
    /**
     * Share
     */
    share: number;
    /**
     * Stack
     */
    stack: string;
    /**
     * Version
     */
    version: string;
};

/**
 * DeploymentView
 *
 * `serving`: a line's traffic goes to it. `release` is that line's number, 0 for one that is only kept warm.
 */
export type DeploymentView = {
    /**
     * Address
     */
    address: string;
    /**
     * Application
     */
    application: string;
    /**
     * Created At
     */
    created_at: number;
    /**
     * Id
     */
    id: string;
    /**
     * Instances
     */
    instances: {
        [key: string]: number;
    };
    /**
     * Line
     */
    line: string;
    /**
     * Purpose
     */
    purpose: string;
    rate: Rate | null;
    /**
     * Region
     */
    region: string;
    /**
     * Release
     */
    release: number;
    /**
     * Serving
     */
    serving: boolean;
    /**
     * Stack
     */
    stack: string;
    /**
     * Used At
     */
    used_at: number;
    /**
     * Version
     */
    version: string;
    /**
     * Wanted Instances
     */
    wanted_instances: number;
};

/**
 * Difference
 *
 * `left` and `right` are short: JSON for values, empty for what is not there.
 */
export type Difference = {
    /**
     * Kind
     */
    kind: string;
    /**
     * Left
     */
    left: string;
    /**
     * Place
     */
    place: string;
    /**
     * Right
     */
    right: string;
};

/**
 * DifferenceView
 *
 * Calls a request, and microseconds a call, left and right. `verdict`: added, gone, slower, faster or same.
 */
export type DifferenceView = {
    /**
     * Left Calls
     */
    left_calls: number;
    /**
     * Left Us
     */
    left_us: number;
    /**
     * Name
     */
    name: string;
    /**
     * Right Calls
     */
    right_calls: number;
    /**
     * Right Us
     */
    right_us: number;
    /**
     * Source
     */
    source: string;
    /**
     * Target
     */
    target: string;
    /**
     * Verdict
     */
    verdict: string;
};

/**
 * Distribution
 *
 * Of one metric in both arms, for a chart: requests in each class, whose bounds are `edges` (one more).
 */
export type Distribution = {
    /**
     * Baseline
     */
    baseline: Array<number>;
    /**
     * Canary
     */
    canary: Array<number>;
    /**
     * Edges
     */
    edges: Array<number>;
    /**
     * Metric
     */
    metric: string;
    /**
     * Unit
     */
    unit: string;
};

/**
 * Divergence
 *
 * Where a replay left its recording. `kind`: `not recorded`, `differs`, `not asked`, `reading`.
 */
export type Divergence = {
    /**
     * Asked
     */
    asked: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Recorded
     */
    recorded: string;
    /**
     * What
     */
    what: string;
};

/**
 * EdgeView
 */
export type EdgeView = {
    /**
     * Alive
     */
    alive: boolean;
    /**
     * Connections
     */
    connections: number;
    /**
     * Uptime
     */
    uptime: string;
};

/**
 * EndView
 *
 * How an instance ended. `unwanted`: nobody asked it to.
 */
export type EndView = {
    /**
     * Age
     */
    age: number;
    /**
     * Application
     */
    application: string;
    /**
     * At
     */
    at: number;
    /**
     * Cause
     */
    cause: string;
    /**
     * Door
     */
    door: number;
    /**
     * Instance
     */
    instance: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Stack
     */
    stack: string;
    /**
     * Unwanted
     */
    unwanted: boolean;
    /**
     * Version
     */
    version: string;
};

/**
 * EndpointFanout
 *
 * What one endpoint of a script asks for. `calls` per request, by method.
 *
 * `duplicates` are calls per request that asked the same again; `serial` is the time that calls waited for others
 * before they began, which a script may need or not.
 */
export type EndpointFanout = {
    /**
     * By Method
     */
    by_method: {
        [key: string]: number;
    };
    /**
     * Bytes In
     */
    bytes_in: number;
    /**
     * Calls
     */
    calls: number;
    /**
     * Cost Share
     */
    cost_share: number;
    /**
     * Degraded
     */
    degraded: number;
    /**
     * Duplicates
     */
    duplicates: number;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Longest Chain
     */
    longest_chain: number;
    /**
     * Requests
     */
    requests: number;
    /**
     * Serial
     */
    serial: number;
    /**
     * Took
     */
    took: number;
};

/**
 * EndpointView
 *
 * One address of a service, as the egress sees it: up, down, or not checked.
 */
export type EndpointView = {
    /**
     * Address
     */
    address: string;
    /**
     * Reason
     */
    reason: string;
    /**
     * State
     */
    state: string;
};

/**
 * Event
 *
 * One line of its timeline. `shares` by arm, of 1, from then on; `by` is empty when nobody asked for it.
 */
export type Event = {
    /**
     * At
     */
    at: number;
    /**
     * By
     */
    by: string;
    /**
     * Shares
     */
    shares: {
        [key: string]: number;
    };
    /**
     * State
     */
    state: string;
    /**
     * Text
     */
    text: string;
};

/**
 * Example
 *
 * A difference as the recording `id` shows it.
 */
export type Example = {
    /**
     * Id
     */
    id: string;
    /**
     * Left
     */
    left: string;
    /**
     * Right
     */
    right: string;
};

/**
 * Experiment
 *
 * The first cell is what the others are compared with. Its name is given once, ever: records say it.
 *
 * `deployments` by cell, `judgements`, `looked` and `seen` (requests that were ever looked at)
 * by cell other than the first; times in seconds since the epoch.
 */
export type Experiment = {
    /**
     * Application
     */
    application: string;
    /**
     * Began At
     */
    began_at: number;
    /**
     * By
     */
    by: string;
    /**
     * Cells
     */
    cells: Array<Cell>;
    /**
     * Deployments
     */
    deployments: {
        [key: string]: string;
    };
    /**
     * Ended At
     */
    ended_at: number;
    /**
     * Ends At
     */
    ends_at: number;
    /**
     * Id
     */
    id: number;
    /**
     * Judgements
     */
    judgements: {
        [key: string]: Judgement;
    };
    /**
     * Looked
     */
    looked: {
        [key: string]: Looked;
    };
    /**
     * Major
     */
    major: number;
    /**
     * Name
     */
    name: string;
    plan: Plan | null;
    /**
     * Reason
     */
    reason: string;
    /**
     * Seen
     */
    seen: {
        [key: string]: number;
    };
    /**
     * Stack
     */
    stack: string;
    /**
     * State
     */
    state: string;
};

/**
 * ExperimentEnd
 *
 * `done` is False for one that had ended already.
 */
export type ExperimentEnd = {
    /**
     * Done
     */
    done: boolean;
    /**
     * Said
     */
    said: string;
};

/**
 * ExperimentWish
 *
 * `cells`: the first is what the others are compared with. `line`: the default one when nothing is said.
 */
export type ExperimentWish = {
    /**
     * Cells
     */
    cells: Array<CellWish>;
    /**
     * Ends At
     */
    ends_at: number;
    /**
     * Line
     */
    line?: number | null;
    /**
     * Name
     */
    name: string;
    /**
     * Stack
     */
    stack?: string;
};

/**
 * Explained
 *
 * What will happen with a version on its way to a stack.
 */
export type Explained = {
    /**
     * Application
     */
    application: string;
    /**
     * Stack
     */
    stack: string;
    /**
     * Stages
     */
    stages: Array<Stage>;
    /**
     * Version
     */
    version: string;
};

/**
 * FailureReport
 *
 * `missing`: calls without a usable answer when they fail, the worst first.
 */
export type FailureReport = {
    /**
     * Application
     */
    application: string;
    /**
     * Missing
     */
    missing: Array<string>;
    /**
     * Recordings
     */
    recordings: number;
    /**
     * Took
     */
    took: number;
    /**
     * Trials
     */
    trials: Array<FailureTrial>;
    /**
     * Version
     */
    version: string;
};

/**
 * FailureTrial
 *
 * One call of a recording that failed in one way. `stands`: the answer was a usable one, in time.
 */
export type FailureTrial = {
    /**
     * Call
     */
    call: string;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Found
     */
    found: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Number
     */
    number: number;
    /**
     * Recording
     */
    recording: string;
    /**
     * Stands
     */
    stands: boolean;
    /**
     * Status
     */
    status: number;
    /**
     * Took
     */
    took: number;
};

/**
 * FailureWish
 */
export type FailureWish = {
    /**
     * Against
     */
    against?: string;
    /**
     * Kinds
     */
    kinds?: Array<string>;
};

/**
 * FanoutView
 */
export type FanoutView = {
    /**
     * Application
     */
    application: string;
    /**
     * Endpoints
     */
    endpoints: Array<EndpointFanout>;
    /**
     * Window
     */
    window: number;
};

/**
 * Fault
 *
 * `value` is the delay in milliseconds, or the status of an error. `share` of the calls, 0 to 1.
 *
 * `application` and `device` narrow it, empty: all. `budget` is the share of an application's requests that may fail.
 */
export type Fault = {
    /**
     * Application
     */
    application: string;
    /**
     * At
     */
    at: number;
    /**
     * Budget
     */
    budget: number;
    /**
     * By
     */
    by: string;
    /**
     * Device
     */
    device: string;
    /**
     * Id
     */
    id: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Method
     */
    method: string;
    /**
     * Share
     */
    share: number;
    /**
     * Until
     */
    until: number;
    /**
     * Value
     */
    value: number;
};

/**
 * FaultWish
 *
 * `value`: milliseconds of a delay, or the status of an error.
 */
export type FaultWish = {
    /**
     * Application
     */
    application?: string;
    /**
     * Budget
     */
    budget?: number;
    /**
     * Device
     */
    device?: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Method
     */
    method: string;
    /**
     * Seconds
     */
    seconds?: number;
    /**
     * Share
     */
    share?: number;
    /**
     * Value
     */
    value?: number;
};

/**
 * FeedbackView
 */
export type FeedbackView = {
    /**
     * At
     */
    at: number;
    /**
     * By
     */
    by: string;
    /**
     * Id
     */
    id: number;
    /**
     * Page
     */
    page: string;
    /**
     * Text
     */
    text: string;
};

/**
 * FeedbackWish
 */
export type FeedbackWish = {
    /**
     * Page
     */
    page?: string;
    /**
     * Text
     */
    text: string;
};

/**
 * Figures
 *
 * Of calls in a window, `calls` and `rate` with those that were refused.
 *
 * `refused` is by policy. `bytes_in` are of answers, `bytes_out` of calls. p50, p90 and p99 are of what was answered.
 */
export type Figures = {
    /**
     * Bytes In
     */
    bytes_in: number;
    /**
     * Bytes Out
     */
    bytes_out: number;
    /**
     * Calls
     */
    calls: number;
    /**
     * Errors
     */
    errors: number;
    /**
     * Faults
     */
    faults: number;
    /**
     * P50
     */
    p50: number;
    /**
     * P90
     */
    p90: number;
    /**
     * P99
     */
    p99: number;
    /**
     * Rate
     */
    rate: number;
    /**
     * Refused
     */
    refused: {
        [key: string]: number;
    };
    /**
     * Retries
     */
    retries: number;
};

/**
 * Finding
 *
 * Of one metric. `baseline` and `canary` are its figures in `unit`; `effect` says what `low` and `high` bound.
 *
 * The bounds hold at all looks and for all metrics together with the promised chance; `p` is that of the last look.
 * `samples` is what was counted on in both arms, `needed` what the announced effect needs.
 */
export type Finding = {
    /**
     * Baseline
     */
    baseline: number;
    /**
     * Canary
     */
    canary: number;
    /**
     * Effect
     */
    effect: number;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * High
     */
    high: number;
    /**
     * Low
     */
    low: number;
    /**
     * Metric
     */
    metric: string;
    /**
     * Needed
     */
    needed: number;
    /**
     * P
     */
    p: number;
    /**
     * Samples
     */
    samples: number;
    /**
     * Unit
     */
    unit: string;
    /**
     * Verdict
     */
    verdict: string;
    /**
     * Words
     */
    words: string;
};

/**
 * FiringView
 *
 * When a rule would have fired, and until when.
 */
export type FiringView = {
    /**
     * Application
     */
    application: string;
    /**
     * Began
     */
    began: number;
    /**
     * Ended
     */
    ended: number;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Reason
     */
    reason: string;
    /**
     * Rule
     */
    rule: string;
    /**
     * Stack
     */
    stack: string;
    /**
     * Times
     */
    times: number;
};

/**
 * FixedScale
 *
 * A number of instances that somebody asked for: a line in a stack keeps it until told otherwise.
 */
export type FixedScale = {
    /**
     * Application
     */
    application: string;
    /**
     * At
     */
    at: number;
    /**
     * By
     */
    by: string;
    /**
     * Instances
     */
    instances: number;
    /**
     * Major
     */
    major: number;
    /**
     * Stack
     */
    stack: string;
};

/**
 * FlagWish
 *
 * `seconds`: how long every request of the device is kept.
 */
export type FlagWish = {
    /**
     * Seconds
     */
    seconds?: number;
};

/**
 * Forgotten
 *
 * One thing that may go: a version ("1.2.3"), or a release of a line and stack; and why.
 */
export type Forgotten = {
    /**
     * Application
     */
    application: string;
    /**
     * Reason
     */
    reason: string;
    /**
     * Release
     */
    release: [
        number,
        string,
        number
    ];
    /**
     * Version
     */
    version: string;
    /**
     * What
     */
    what: string;
};

/**
 * Frame
 *
 * A function of a file; `kind` says whose code it is. `line` is where it stands or begins, 0 when not known.
 */
export type Frame = {
    /**
     * File
     */
    file: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Line
     */
    line: number;
    /**
     * Name
     */
    name: string;
};

/**
 * Glance
 *
 * What stays of a look at one metric, for the chart of its bounds.
 */
export type Glance = {
    /**
     * At
     */
    at: number;
    /**
     * Effect
     */
    effect: number;
    /**
     * High
     */
    high: number;
    /**
     * Low
     */
    low: number;
    /**
     * Metric
     */
    metric: string;
    /**
     * Requests
     */
    requests: number;
};

/**
 * Governing
 *
 * What the adaptive loop does about a method, or about the whole service: 0 is no limit.
 */
export type Governing = {
    /**
     * Breaker
     */
    breaker: string;
    /**
     * In Flight
     */
    in_flight: number;
    /**
     * Limit
     */
    limit: number;
    /**
     * Reason
     */
    reason: string;
};

/**
 * Group
 *
 * One difference in `count` of the `of` recordings of its endpoint.
 *
 * `noise`: in how many two runs of the old version differ like this. `new`: neither noise nor accepted. `by` and
 * `why` are of who accepted it.
 */
export type Group = {
    /**
     * Accepted
     */
    accepted: boolean;
    /**
     * By
     */
    by: string;
    /**
     * Count
     */
    count: number;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Examples
     */
    examples: Array<Example>;
    /**
     * Kind
     */
    kind: string;
    /**
     * New
     */
    new: boolean;
    /**
     * Noise
     */
    noise: number;
    /**
     * Of
     */
    of: number;
    /**
     * Place
     */
    place: string;
    /**
     * Why
     */
    why: string;
};

/**
 * HTTPValidationError
 */
export type HttpValidationError = {
    /**
     * Detail
     */
    detail?: Array<ValidationError>;
};

/**
 * Health
 *
 * What telemetry lost, and why, since it was set up: nothing is dropped unsaid.
 */
export type Health = {
    /**
     * Edge Dropped
     */
    edge_dropped: number;
    /**
     * Export Dropped
     */
    export_dropped: number;
    /**
     * Failed
     */
    failed: string;
    /**
     * Files Dropped
     */
    files_dropped: number;
    /**
     * Folded
     */
    folded: {
        [key: string]: number;
    };
    /**
     * Log Lines Limited
     */
    log_lines_limited: number;
    /**
     * Lost
     */
    lost: number;
    /**
     * Recordings
     */
    recordings: number;
    /**
     * Recordings Bytes
     */
    recordings_bytes: number;
    /**
     * Recordings Lost
     */
    recordings_lost: number;
    /**
     * Recordings Refused
     */
    recordings_refused: number;
    /**
     * Records
     */
    records: number;
    /**
     * Spans Refused
     */
    spans_refused: number;
    /**
     * Store Bytes
     */
    store_bytes: number;
};

/**
 * History
 *
 * Of a query without figures the records, the newest first; of one with figures the windows.
 *
 * A record has `kept`, the reason for which it is there, and `weight`, how many requests it stands for.
 */
export type History = {
    /**
     * Records
     */
    records: Array<{
        [key: string]: unknown;
    }>;
    /**
     * Windows
     */
    windows: Array<Window>;
};

/**
 * Holding
 *
 * Objects of one type; with a second look, by how much they grew between the two.
 */
export type Holding = {
    /**
     * Bytes
     */
    bytes: number;
    /**
     * Bytes Growth
     */
    bytes_growth: number;
    /**
     * Count
     */
    count: number;
    /**
     * Count Growth
     */
    count_growth: number;
    /**
     * Type
     */
    type: string;
};

/**
 * HookWish
 *
 * Who calls a hook may say more; that is passed over.
 */
export type HookWish = {
    /**
     * Stack
     */
    stack?: string;
    /**
     * Version
     */
    version?: string;
};

/**
 * Hot
 *
 * A function over all its callers; one that calls itself counts once a sample.
 */
export type Hot = {
    /**
     * File
     */
    file: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Name
     */
    name: string;
    /**
     * Own
     */
    own: number;
    /**
     * Total
     */
    total: number;
};

/**
 * HotPath
 *
 * Functions from the outermost of the script's own to where the time went.
 */
export type HotPath = {
    /**
     * Count
     */
    count: number;
    /**
     * Frames
     */
    frames: Array<string>;
};

/**
 * Identity
 *
 * Who asks. `team` is empty for viewers and operators.
 */
export type Identity = {
    /**
     * Name
     */
    name: string;
    /**
     * Role
     */
    role: string;
    /**
     * Team
     */
    team: string;
};

/**
 * InFlight
 *
 * A request that is being answered: a stack for each of its tasks, that of its endpoint first.
 */
export type InFlight = {
    /**
     * Age
     */
    age: number;
    /**
     * Calls
     */
    calls: Array<OpenCall>;
    /**
     * Id
     */
    id: string;
    /**
     * Method
     */
    method: string;
    /**
     * Path
     */
    path: string;
    /**
     * Stacks
     */
    stacks: Array<Array<Frame>>;
};

/**
 * InstanceDetail
 *
 * `memory` and `cpu` of late, as (time, bytes) and (time, cores); `ends` of those who stood on its door before.
 */
export type InstanceDetail = {
    /**
     * Cpu
     */
    cpu: Array<[
        number,
        number
    ]>;
    /**
     * Ends
     */
    ends: Array<EndView>;
    instance: InstanceView;
    /**
     * Memory
     */
    memory: Array<[
        number,
        number
    ]>;
};

/**
 * InstanceView
 *
 * An instance as it is now. `phases` are the seconds of each part of its start; `cpu` are cores in use.
 *
 * `memory_bytes` is what counts against `memory_limit`; with `measure`, its share of the machine's memory instead.
 * `forecast` says when its memory will be full, where it grows.
 */
export type InstanceView = {
    /**
     * Application
     */
    application: string;
    /**
     * Cpu
     */
    cpu: number;
    /**
     * Cpu Limit
     */
    cpu_limit: number;
    /**
     * Deployment
     */
    deployment: string;
    /**
     * Door
     */
    door: number;
    /**
     * Forecast
     */
    forecast: string;
    /**
     * Full In
     */
    full_in: number | null;
    /**
     * Id
     */
    id: string;
    /**
     * In Flight
     */
    in_flight: number;
    /**
     * Last End
     */
    last_end: string;
    /**
     * Memory Bytes
     */
    memory_bytes: number;
    /**
     * Memory Limit
     */
    memory_limit: number;
    /**
     * Phases
     */
    phases: {
        [key: string]: number;
    };
    /**
     * Pid
     */
    pid: number;
    /**
     * Ready After
     */
    ready_after: number;
    /**
     * Restarts
     */
    restarts: number;
    /**
     * Slot
     */
    slot: number;
    /**
     * Stack
     */
    stack: string;
    /**
     * Started At
     */
    started_at: number;
    /**
     * State
     */
    state: string;
    /**
     * Version
     */
    version: string;
};

/**
 * Judgement
 *
 * `requests` and `units` (members, devices) of (baseline, canary).
 */
export type Judgement = {
    /**
     * At
     */
    at: number;
    /**
     * Distributions
     */
    distributions: Array<Distribution>;
    /**
     * Findings
     */
    findings: Array<Finding>;
    looked: Looked;
    /**
     * Requests
     */
    requests: [
        number,
        number
    ];
    /**
     * Units
     */
    units: [
        number,
        number
    ];
    /**
     * Verdict
     */
    verdict: string;
    /**
     * Words
     */
    words: string;
};

/**
 * Kept
 *
 * A recording on the shelf. `reason`: why it is kept; `until`, in seconds since the epoch. `size` in bytes.
 */
export type Kept = {
    /**
     * Application
     */
    application: string;
    /**
     * At
     */
    at: number;
    /**
     * Calls
     */
    calls: number;
    /**
     * Device
     */
    device: string;
    /**
     * Duration
     */
    duration: number;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Id
     */
    id: string;
    /**
     * Instance
     */
    instance: string;
    /**
     * Lacking
     */
    lacking: Array<string>;
    /**
     * Method
     */
    method: string;
    /**
     * Path
     */
    path: string;
    /**
     * Reason
     */
    reason: string;
    /**
     * Size
     */
    size: number;
    /**
     * Stack
     */
    stack: string;
    /**
     * Status
     */
    status: number;
    /**
     * Until
     */
    until: number;
    /**
     * Version
     */
    version: string;
};

/**
 * KeyView
 */
export type KeyView = {
    /**
     * Secrets
     */
    secrets: number;
};

/**
 * LineView
 *
 * A line in a stack, and what it points at. `instances` counts them by state.
 */
export type LineView = {
    /**
     * Address
     */
    address: string;
    /**
     * Instances
     */
    instances: {
        [key: string]: number;
    };
    /**
     * Line
     */
    line: string;
    /**
     * Region
     */
    region: string;
    /**
     * Release
     */
    release: number;
    /**
     * Released At
     */
    released_at: number;
    /**
     * Released By
     */
    released_by: string;
    /**
     * Stack
     */
    stack: string;
    /**
     * Version
     */
    version: string;
};

/**
 * LineWish
 *
 * `line`: the default one when nothing is said.
 */
export type LineWish = {
    /**
     * Line
     */
    line?: number | null;
    /**
     * Stack
     */
    stack: string;
};

/**
 * LoginView
 *
 * `path` on the control API's own address; it works once.
 */
export type LoginView = {
    /**
     * Expires At
     */
    expires_at: number;
    /**
     * Path
     */
    path: string;
};

/**
 * LogsView
 *
 * `lines`, the newest first: at, application, instance, level, message, request, fields (JSON).
 *
 * `histogram`: (begin, lines, of them warnings and errors).
 */
export type LogsView = {
    /**
     * Histogram
     */
    histogram: Array<[
        number,
        number,
        number
    ]>;
    /**
     * Lines
     */
    lines: Array<{
        [key: string]: unknown;
    }>;
};

/**
 * Looked
 *
 * What a judge keeps between two looks. `spent` is the part of its chance of a false alarm that is used up.
 *
 * A sample that began anew, since whoever held it died, has another `epoch`.
 */
export type Looked = {
    /**
     * Epoch
     */
    epoch: number;
    /**
     * Looks
     */
    looks: number;
    /**
     * Requests
     */
    requests: number;
    /**
     * Spent
     */
    spent: number;
};

/**
 * Mark
 *
 * A release, at its time.
 */
export type Mark = {
    /**
     * At
     */
    at: number;
    /**
     * Stack
     */
    stack: string;
    /**
     * Text
     */
    text: string;
    /**
     * Version
     */
    version: string;
};

/**
 * Memory
 *
 * `looked` of `tracked` objects were counted; `apart` is the time between two looks, 0 for one.
 *
 * `reason` says why there are no types.
 */
export type Memory = {
    /**
     * Apart
     */
    apart: number;
    blocked: Blocked | null;
    /**
     * Instance
     */
    instance: string;
    /**
     * Looked
     */
    looked: number;
    /**
     * Reason
     */
    reason: string;
    share: MemoryShare;
    /**
     * Took
     */
    took: number;
    /**
     * Tracked
     */
    tracked: number;
    /**
     * Types
     */
    types: Array<Holding>;
};

/**
 * MemoryShare
 *
 * What the kernel counts: all that is in use, of which `anonymous` is the program's own, and its limit.
 */
export type MemoryShare = {
    /**
     * Anonymous
     */
    anonymous: number;
    /**
     * Files
     */
    files: number;
    /**
     * Kernel
     */
    kernel: number;
    /**
     * Limit
     */
    limit: number;
    /**
     * Used
     */
    used: number;
};

/**
 * MemoryWish
 *
 * `apart`: seconds between two looks, 0 for one.
 */
export type MemoryWish = {
    /**
     * Apart
     */
    apart?: number;
};

/**
 * Method
 *
 * `path` is OpenAPI's template. `body` and `answer` are types as a stub writes them, empty for none.
 *
 * `answers` are the fields of the answer with their types, where it is an object: what a caller may rely on.
 */
export type Method = {
    /**
     * Answer
     */
    answer: string;
    /**
     * Answers
     */
    answers: {
        [key: string]: string;
    };
    /**
     * Body
     */
    body: string;
    /**
     * Body Required
     */
    body_required: boolean;
    /**
     * Name
     */
    name: string;
    /**
     * Parameters
     */
    parameters: Array<Parameter>;
    /**
     * Path
     */
    path: string;
    /**
     * Summary
     */
    summary: string;
    /**
     * Verb
     */
    verb: string;
};

/**
 * MethodPolicy
 */
export type MethodPolicy = {
    /**
     * Adaptive
     */
    adaptive: boolean;
    /**
     * Breaker
     */
    breaker: boolean;
    /**
     * Cache
     */
    cache: boolean;
    /**
     * Caller In Flight
     */
    caller_in_flight: number;
    /**
     * Caller Rate
     */
    caller_rate: number;
    /**
     * Criticality
     */
    criticality: string;
    /**
     * Fallback
     */
    fallback: string;
    /**
     * In Flight
     */
    in_flight: number;
    /**
     * Personal
     */
    personal: boolean;
    /**
     * Rate
     */
    rate: number;
    /**
     * Retries
     */
    retries: number;
    /**
     * Safe
     */
    safe: string;
    /**
     * Timeout
     */
    timeout: number;
};

/**
 * MethodView
 */
export type MethodView = {
    figures: Figures;
    governing: Governing;
    /**
     * Name
     */
    name: string;
    off: Off | null;
    /**
     * Parameters
     */
    parameters: Array<Parameter>;
    /**
     * Path
     */
    path: string;
    policy: MethodPolicy;
    /**
     * Safe
     */
    safe: boolean;
    /**
     * Summary
     */
    summary: string;
    /**
     * Verb
     */
    verb: string;
};

/**
 * NewHook
 */
export type NewHook = {
    /**
     * Path
     */
    path: string;
};

/**
 * NewToken
 */
export type NewToken = {
    /**
     * Expires At
     */
    expires_at: number;
    /**
     * Id
     */
    id: string;
    /**
     * Name
     */
    name: string;
    /**
     * Role
     */
    role: string;
    /**
     * Team
     */
    team: string;
    /**
     * Token
     */
    token: string;
};

/**
 * Node
 *
 * A function as called from its parent. Samples: `own` in itself, `total` with what it called.
 */
export type Node = {
    /**
     * Children
     */
    children: Array<Node>;
    /**
     * File
     */
    file: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Name
     */
    name: string;
    /**
     * Own
     */
    own: number;
    /**
     * Total
     */
    total: number;
};

/**
 * ObjectiveView
 *
 * What the platform holds itself to. Times in seconds; `p99` is 0 while there are fewer than 100 `samples`.
 *
 * `warm` and `cold`: how often the former release ran, and how often it would have had to start first.
 */
export type ObjectiveView = {
    /**
     * At
     */
    at: number;
    /**
     * Bound
     */
    bound: number;
    /**
     * Cold
     */
    cold: number;
    /**
     * Met
     */
    met: boolean;
    /**
     * Name
     */
    name: string;
    /**
     * P50
     */
    p50: number;
    /**
     * P99
     */
    p99: number;
    /**
     * Samples
     */
    samples: number;
    /**
     * Warm
     */
    warm: number;
};

/**
 * Off
 *
 * Who switched a method off for all, when and why.
 */
export type Off = {
    /**
     * At
     */
    at: number;
    /**
     * By
     */
    by: string;
    /**
     * Reason
     */
    reason: string;
};

/**
 * OffWish
 */
export type OffWish = {
    /**
     * Reason
     */
    reason?: string;
};

/**
 * OpenCall
 *
 * A call whose answer is waited for. `method` is the catalogue's name, empty where it has none.
 */
export type OpenCall = {
    /**
     * Age
     */
    age: number;
    /**
     * Attempt
     */
    attempt: number;
    /**
     * Limit
     */
    limit: number;
    /**
     * Method
     */
    method: string;
    /**
     * Path
     */
    path: string;
    /**
     * Service
     */
    service: string;
    /**
     * Verb
     */
    verb: string;
};

/**
 * Operation
 *
 * `goal` is what a restarted control needs to finish it.
 */
export type Operation = {
    /**
     * Application
     */
    application: string;
    /**
     * Began At
     */
    began_at: number;
    /**
     * By
     */
    by: string;
    /**
     * Ended At
     */
    ended_at: number;
    /**
     * Error
     */
    error: {
        [key: string]: unknown;
    } | null;
    /**
     * Goal
     */
    goal: {
        [key: string]: unknown;
    };
    /**
     * Id
     */
    id: number;
    /**
     * Kind
     */
    kind: string;
    /**
     * Line
     */
    line: string;
    /**
     * State
     */
    state: string;
};

/**
 * OutcomeView
 *
 * What a run came to. `calls` as `discovery GET /rows`; `cpu`: its own time; `failed`: why there is no answer.
 */
export type OutcomeView = {
    /**
     * Body
     */
    body: string;
    /**
     * Calls
     */
    calls: Array<string>;
    /**
     * Cpu
     */
    cpu: number;
    /**
     * Degraded
     */
    degraded: Array<string>;
    /**
     * Failed
     */
    failed: string;
    /**
     * Head
     */
    head: string;
    /**
     * Status
     */
    status: number;
    /**
     * Took
     */
    took: number;
};

/**
 * Paired
 *
 * Of one metric over pairs: one request, run with both versions.
 *
 * `effect`, `low` and `high`: own time as the share by which the new version is slower (0.1 is 10 %), errors as the
 * share of requests that fail more, calls as how many more a request makes. `p`: chance of so much harm without any.
 * `needed`: how many of these pairs had sufficed, of errors also until the first that fails each time it is run again;
 * `unpaired`: requests of both versions together until a test without pairs sees this effect as often as not, at the
 * same alpha. Both are 0 where no difference is sure.
 */
export type Paired = {
    /**
     * Effect
     */
    effect: number;
    /**
     * High
     */
    high: number;
    /**
     * Low
     */
    low: number;
    /**
     * Metric
     */
    metric: string;
    /**
     * Needed
     */
    needed: number;
    /**
     * P
     */
    p: number;
    /**
     * Pairs
     */
    pairs: number;
    /**
     * Reason
     */
    reason: string;
    /**
     * Unpaired
     */
    unpaired: number;
    /**
     * Verdict
     */
    verdict: string;
};

/**
 * Parameter
 *
 * `place` is path, query or header; `type` as a stub writes it.
 */
export type Parameter = {
    /**
     * Name
     */
    name: string;
    /**
     * Place
     */
    place: string;
    /**
     * Required
     */
    required: boolean;
    /**
     * Type
     */
    type: string;
};

/**
 * Plan
 *
 * What was said before the start. `requests`: of both arms together, from which on it can pass.
 *
 * `alpha`: the promised chance of a false alarm. `enough`: the traffic brings them within `most` seconds.
 */
export type Plan = {
    /**
     * Alpha
     */
    alpha: number;
    /**
     * Enough
     */
    enough: boolean;
    /**
     * Least
     */
    least: number;
    /**
     * Most
     */
    most: number;
    /**
     * Requests
     */
    requests: number;
    /**
     * Seconds
     */
    seconds: number;
    /**
     * Visible
     */
    visible: Array<Visible>;
    /**
     * Words
     */
    words: string;
};

/**
 * Profile
 *
 * `samples` were taken; `busy` of them did not wait for events and are what the graph shows.
 *
 * `cores` is what the instance used meanwhile, by the kernel's account; `misses` are samples that could not be read.
 */
export type Profile = {
    /**
     * Busy
     */
    busy: number;
    /**
     * Cores
     */
    cores: number;
    /**
     * Functions
     */
    functions: Array<Hot>;
    /**
     * Instance
     */
    instance: string;
    /**
     * Misses
     */
    misses: number;
    /**
     * Paths
     */
    paths: Array<HotPath>;
    /**
     * Rate
     */
    rate: number;
    /**
     * Samples
     */
    samples: number;
    /**
     * Seconds
     */
    seconds: number;
    tree: Node;
};

/**
 * ProfileWish
 */
export type ProfileWish = {
    /**
     * Seconds
     */
    seconds?: number;
};

/**
 * ProgramView
 *
 * One program of the platform, as the supervisor sees it.
 *
 * `crash_loop` says how often it ended lately while it ends again and again; it is empty while the program is well.
 */
export type ProgramView = {
    /**
     * Crash Loop
     */
    crash_loop: string;
    /**
     * Last End
     */
    last_end: string;
    /**
     * Name
     */
    name: string;
    /**
     * Pid
     */
    pid: number;
    /**
     * Restarts
     */
    restarts: number;
    /**
     * Since
     */
    since: number;
};

/**
 * PublicationView
 *
 * One deploy, publish or release: what it was to do, how far it came, and what the version measured at its start.
 *
 * `stages` are those of its pipeline, none for a publish.
 */
export type PublicationView = {
    /**
     * Application
     */
    application: string;
    /**
     * Began At
     */
    began_at: number;
    /**
     * By
     */
    by: string;
    /**
     * Ended At
     */
    ended_at: number;
    /**
     * Error
     */
    error: {
        [key: string]: unknown;
    } | null;
    /**
     * Import Seconds
     */
    import_seconds: number;
    /**
     * Kind
     */
    kind: string;
    /**
     * Memory Bytes
     */
    memory_bytes: number;
    /**
     * Operation
     */
    operation: number;
    /**
     * Stack
     */
    stack: string;
    /**
     * Stages
     */
    stages: Array<StageView>;
    /**
     * Start Seconds
     */
    start_seconds: number;
    /**
     * State
     */
    state: string;
    /**
     * Tests
     */
    tests: string;
    /**
     * Version
     */
    version: string;
    /**
     * Warmup Seconds
     */
    warmup_seconds: number;
};

/**
 * QueryWish
 */
export type QueryWish = {
    /**
     * Sql
     */
    sql: string;
};

/**
 * Rate
 *
 * The load of a deployment.
 */
export type Rate = {
    /**
     * Average Seconds
     */
    average_seconds: number;
    /**
     * Deployment
     */
    deployment: string;
    /**
     * Errors
     */
    errors: number;
    /**
     * In Flight
     */
    in_flight: number;
    /**
     * Queued
     */
    queued: number;
    /**
     * Requests
     */
    requests: number;
    /**
     * Requests Per Second
     */
    requests_per_second: number;
};

/**
 * Recipe
 *
 * `query` is a filter of records of a `kind`, request or call; `order` newest or slowest; it looks `seconds` back.
 *
 * {names} are asked for.
 */
export type Recipe = {
    /**
     * Kind
     */
    kind: string;
    /**
     * Name
     */
    name: string;
    /**
     * Order
     */
    order: string;
    /**
     * Query
     */
    query: string;
    /**
     * Seconds
     */
    seconds: number;
    /**
     * Title
     */
    title: string;
};

/**
 * RecordingView
 *
 * `har`: all of it, as HAR 1.2 with what Stagedoor adds in `_stagedoor`. `config` is what its version runs
 * with now; `secrets` are names.
 */
export type RecordingView = {
    /**
     * Config
     */
    config: {
        [key: string]: unknown;
    };
    /**
     * Har
     */
    har: {
        [key: string]: unknown;
    };
    kept: Kept;
    /**
     * Secrets
     */
    secrets: Array<string>;
};

/**
 * Rehearsal
 */
export type Rehearsal = {
    /**
     * Application
     */
    application: string;
    /**
     * Skipped
     */
    skipped: Array<Skipped>;
    /**
     * Took
     */
    took: number;
    /**
     * Trials
     */
    trials: Array<Trial>;
    /**
     * Version
     */
    version: string;
};

/**
 * RehearsalWish
 *
 * `paths` are asked beside the endpoints that have no parameters; `kinds` empty: all.
 */
export type RehearsalWish = {
    /**
     * Device
     */
    device?: string;
    /**
     * Kinds
     */
    kinds?: Array<string>;
    /**
     * Member
     */
    member?: string;
    /**
     * Paths
     */
    paths?: Array<string>;
    /**
     * Version
     */
    version?: string;
};

/**
 * ReleaseView
 */
export type ReleaseView = {
    /**
     * Application
     */
    application: string;
    /**
     * Cause
     */
    cause: string;
    /**
     * Config
     */
    config: {
        [key: string]: unknown;
    };
    /**
     * Made At
     */
    made_at: number;
    /**
     * Made By
     */
    made_by: string;
    /**
     * Major
     */
    major: number;
    /**
     * Number
     */
    number: number;
    /**
     * Restores
     */
    restores: number;
    /**
     * Routes
     */
    routes: Array<{
        [key: string]: unknown;
    }>;
    /**
     * Secrets
     */
    secrets: {
        [key: string]: number;
    };
    /**
     * Stack
     */
    stack: string;
    /**
     * Values
     */
    values: {
        [key: string]: number;
    };
    /**
     * Version
     */
    version: string;
};

/**
 * ReleaseWish
 *
 * `strategy`: what differs from the version's own, as in its manifest. `at`: when a window begins.
 */
export type ReleaseWish = {
    /**
     * At
     */
    at?: number;
    /**
     * Default
     */
    default?: boolean;
    /**
     * Stack
     */
    stack: string;
    /**
     * Strategy
     */
    strategy?: {
        [key: string]: unknown;
    };
    /**
     * Version
     */
    version: string;
};

/**
 * ReplayView
 *
 * `same`: byte for byte what was recorded. `causes`: what may have made it differ.
 */
export type ReplayView = {
    /**
     * Causes
     */
    causes: Array<string>;
    /**
     * Differences
     */
    differences: Array<Difference>;
    /**
     * Divergences
     */
    divergences: Array<Divergence>;
    kept: Kept;
    outcome: OutcomeView;
    /**
     * Same
     */
    same: boolean;
    /**
     * Version
     */
    version: string;
};

/**
 * ReplayWish
 *
 * `against`: another version. `faults`: how calls fail this time, by their number in the recording.
 */
export type ReplayWish = {
    /**
     * Against
     */
    against?: string;
    /**
     * Faults
     */
    faults?: {
        [key: string]: string;
    };
};

/**
 * ReportView
 *
 * Recordings run with two versions, or a shadow's requests. `kind`: replay or shadow.
 *
 * `exact`: in how many the old version came to what was recorded, byte for byte; `inexact`: the causes of the others.
 * `skipped`: recordings that could not be replayed, by why.
 */
export type ReportView = {
    /**
     * Application
     */
    application: string;
    /**
     * At
     */
    at: number;
    /**
     * By
     */
    by: string;
    comparison: StagedoorModelComparisonComparison;
    /**
     * Exact
     */
    exact: number;
    /**
     * Id
     */
    id: number;
    /**
     * Inexact
     */
    inexact: {
        [key: string]: number;
    };
    /**
     * Kind
     */
    kind: string;
    /**
     * New
     */
    new: string;
    /**
     * Old
     */
    old: string;
    /**
     * Recordings
     */
    recordings: number;
    /**
     * Skipped
     */
    skipped: {
        [key: string]: number;
    };
    /**
     * Stack
     */
    stack: string;
    /**
     * Took
     */
    took: number;
};

/**
 * RollbackWish
 */
export type RollbackWish = {
    /**
     * Line
     */
    line?: number | null;
    /**
     * Stack
     */
    stack: string;
    /**
     * To
     */
    to?: number;
};

/**
 * Rollout
 *
 * `former` is the release it moves from, 0 for none; `release` the one it made, 0 until then.
 *
 * `arms` are deployments by arm, with their number of instances in `size`; `shares` what each arm has now, of 1.
 * `at`: when its window begins, 0: at once. `present`: instances that the line had for all of its traffic as it began.
 * `served_at`: since when both arms serve; `seen`: requests of theirs that were ever looked at.
 * `step_at`: since when it is in its state; `held` for how long it was paused since; `wish` what a person asked.
 */
export type Rollout = {
    /**
     * Application
     */
    application: string;
    /**
     * Arms
     */
    arms: {
        [key: string]: string;
    };
    /**
     * At
     */
    at: number;
    /**
     * Began At
     */
    began_at: number;
    /**
     * By
     */
    by: string;
    /**
     * Cause
     */
    cause: string;
    /**
     * Ended At
     */
    ended_at: number;
    /**
     * Events
     */
    events: Array<Event>;
    /**
     * Former
     */
    former: number;
    /**
     * Former Version
     */
    former_version: string;
    /**
     * Glances
     */
    glances: Array<Glance>;
    /**
     * Held
     */
    held: number;
    /**
     * Id
     */
    id: number;
    judgement: Judgement | null;
    looked: Looked;
    /**
     * Major
     */
    major: number;
    /**
     * Operation
     */
    operation: number;
    /**
     * Paused At
     */
    paused_at: number;
    plan: Plan | null;
    /**
     * Present
     */
    present: number;
    /**
     * Reason
     */
    reason: string;
    /**
     * Release
     */
    release: number;
    /**
     * Seen
     */
    seen: number;
    /**
     * Served At
     */
    served_at: number;
    /**
     * Shares
     */
    shares: {
        [key: string]: number;
    };
    /**
     * Size
     */
    size: number;
    /**
     * Stack
     */
    stack: string;
    /**
     * State
     */
    state: string;
    /**
     * Step
     */
    step: number;
    /**
     * Step At
     */
    step_at: number;
    strategy: Strategy;
    /**
     * Version
     */
    version: string;
    /**
     * Wish
     */
    wish: string;
    /**
     * Wished By
     */
    wished_by: string;
};

/**
 * RuleView
 *
 * `backtest`: whether stored minutes can say how often it would have fired.
 */
export type RuleView = {
    /**
     * Backtest
     */
    backtest: boolean;
    /**
     * Help
     */
    help: string;
    /**
     * Name
     */
    name: string;
};

/**
 * SavedQuery
 *
 * `query` is of records of a `kind`, of one `application` or, when that is empty, of all. `bound`: as in `> 200ms`.
 *
 * `team` may change it; it is empty where only operators may.
 */
export type SavedQuery = {
    /**
     * Application
     */
    application: string;
    /**
     * Bound
     */
    bound: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Name
     */
    name: string;
    /**
     * Query
     */
    query: string;
    /**
     * Saved At
     */
    saved_at: number;
    /**
     * Saved By
     */
    saved_by: string;
    /**
     * Team
     */
    team: string;
};

/**
 * SavedService
 *
 * A service as the catalogue holds it now. `number` counts its changes.
 */
export type SavedService = {
    /**
     * Addresses
     */
    addresses: Array<string>;
    /**
     * Methods
     */
    methods: Array<string>;
    /**
     * Name
     */
    name: string;
    /**
     * Number
     */
    number: number;
    /**
     * Off
     */
    off: Array<string>;
    /**
     * Team
     */
    team: string;
    /**
     * Urls
     */
    urls: Array<string>;
};

/**
 * SavedTestView
 *
 * Of a saved query with a bound: so many `windows` were looked at, and it would have fired so many `times`.
 */
export type SavedTestView = {
    /**
     * Firings
     */
    firings: Array<FiringView>;
    /**
     * Times
     */
    times: number;
    /**
     * Windows
     */
    windows: number;
};

/**
 * SavedWish
 *
 * `bound` on the first figure, as in `> 200ms`: with it, it is an alert too.
 */
export type SavedWish = {
    /**
     * Application
     */
    application?: string;
    /**
     * Bound
     */
    bound?: string;
    /**
     * Kind
     */
    kind?: string;
    /**
     * Query
     */
    query: string;
};

/**
 * ScaleStep
 *
 * One change of a deployment's instances: when, from how many to how many, why, and on what figures.
 */
export type ScaleStep = {
    /**
     * After
     */
    after: number;
    /**
     * Application
     */
    application: string;
    /**
     * At
     */
    at: number;
    /**
     * Before
     */
    before: number;
    /**
     * Deployment
     */
    deployment: string;
    /**
     * Inputs
     */
    inputs: {
        [key: string]: unknown;
    };
    /**
     * Reason
     */
    reason: string;
    /**
     * Stack
     */
    stack: string;
    /**
     * Version
     */
    version: string;
};

/**
 * ScaleView
 *
 * A deployment's instances and what decides about them. `points` of late are (time, instances, in flight).
 */
export type ScaleView = {
    /**
     * Concurrency
     */
    concurrency: number;
    /**
     * Deployment
     */
    deployment: string;
    /**
     * Fixed
     */
    fixed: number | null;
    /**
     * Idle
     */
    idle: number;
    /**
     * Instances
     */
    instances: number;
    /**
     * Max
     */
    max: number;
    /**
     * Min
     */
    min: number;
    /**
     * Points
     */
    points: Array<[
        number,
        number,
        number
    ]>;
    /**
     * Reason
     */
    reason: string;
    /**
     * Serving
     */
    serving: boolean;
    /**
     * Stack
     */
    stack: string;
    /**
     * Version
     */
    version: string;
};

/**
 * ScaleWish
 */
export type ScaleWish = {
    /**
     * Instances
     */
    instances: number;
    /**
     * Line
     */
    line?: number | null;
    /**
     * Stack
     */
    stack: string;
};

/**
 * ScalingView
 *
 * Of an application: its deployments, and the steps of late, the newest first.
 */
export type ScalingView = {
    /**
     * Deployments
     */
    deployments: Array<ScaleView>;
    /**
     * Steps
     */
    steps: Array<ScaleStep>;
};

/**
 * SecretWish
 */
export type SecretWish = {
    /**
     * Rotate
     */
    rotate?: boolean;
    /**
     * Stack
     */
    stack: string;
    /**
     * Value
     */
    value: string;
};

/**
 * SeriesView
 *
 * Points are (time, value); in a stretch without a point nothing happened. `unit`: s, 1/s, share, bytes ...
 */
export type SeriesView = {
    /**
     * Name
     */
    name: string;
    /**
     * Points
     */
    points: Array<[
        number,
        number
    ]>;
    /**
     * Title
     */
    title: string;
    /**
     * Unit
     */
    unit: string;
};

/**
 * ServiceDetail
 *
 * `series` are (time, calls, errors, refused) of each second of late; `limits` are by method (time, limit).
 */
export type ServiceDetail = {
    /**
     * Callers
     */
    callers: Array<CallerView>;
    /**
     * Credential Field
     */
    credential_field: string;
    /**
     * Endpoints
     */
    endpoints: Array<EndpointView>;
    /**
     * Faults
     */
    faults: Array<Fault>;
    /**
     * Limits
     */
    limits: {
        [key: string]: Array<[
            number,
            number
        ]>;
    };
    /**
     * Methods
     */
    methods: Array<MethodView>;
    /**
     * Policies
     */
    policies: {
        [key: string]: unknown;
    };
    /**
     * Series
     */
    series: Array<[
        number,
        number,
        number,
        number
    ]>;
    service: ServiceView;
};

/**
 * ServiceView
 *
 * `down` counts its endpoints that fail their checks.
 */
export type ServiceView = {
    /**
     * Described
     */
    described: boolean;
    /**
     * Down
     */
    down: number;
    /**
     * Faults
     */
    faults: number;
    figures: Figures;
    governing: Governing;
    /**
     * Methods
     */
    methods: number;
    /**
     * Name
     */
    name: string;
    /**
     * Off
     */
    off: Array<string>;
    /**
     * Team
     */
    team: string;
    /**
     * Urls
     */
    urls: Array<string>;
};

/**
 * ServiceWish
 *
 * What is left out stays as it is. `openapi` is a document as text, `policies` are tables.
 */
export type ServiceWish = {
    /**
     * Credential
     */
    credential?: string | null;
    /**
     * Credential Field
     */
    credential_field?: string;
    /**
     * Openapi
     */
    openapi?: string | null;
    /**
     * Policies
     */
    policies?: {
        [key: string]: unknown;
    } | null;
    /**
     * Team
     */
    team?: string | null;
    /**
     * Urls
     */
    urls?: Array<string> | null;
};

/**
 * SessionView
 *
 * `change` is the word that a page sends with each change, as the header `stagedoor-change`.
 */
export type SessionView = {
    /**
     * Change
     */
    change: string;
    /**
     * Expires At
     */
    expires_at: number;
    /**
     * Name
     */
    name: string;
    /**
     * Role
     */
    role: string;
    /**
     * Team
     */
    team: string;
};

/**
 * Shadow
 *
 * `share` of the requests, 0 to 1, each with the answers that the live version got; `live`: with what the services
 * answer now to calls without effect.
 *
 * `until` in seconds since the epoch. `report` is the number of the one that holds what was found, 0 before there is.
 */
export type Shadow = {
    /**
     * Application
     */
    application: string;
    /**
     * Began
     */
    began: number;
    /**
     * By
     */
    by: string;
    /**
     * Live
     */
    live: boolean;
    /**
     * Report
     */
    report: number;
    /**
     * Share
     */
    share: number;
    /**
     * Stack
     */
    stack: string;
    /**
     * Until
     */
    until: number;
    /**
     * Version
     */
    version: string;
};

/**
 * ShadowWish
 *
 * `share` of the recorded requests, for so many `seconds`. `live`: what has no effect is asked anew.
 */
export type ShadowWish = {
    /**
     * Live
     */
    live?: boolean;
    /**
     * Seconds
     */
    seconds?: number;
    /**
     * Share
     */
    share?: number;
    /**
     * Stack
     */
    stack?: string;
    /**
     * Version
     */
    version: string;
};

/**
 * ShellView
 *
 * The name by which it is read and written; nobody else is told.
 */
export type ShellView = {
    /**
     * Shell
     */
    shell: string;
};

/**
 * ShellWish
 */
export type ShellWish = {
    /**
     * Columns
     */
    columns?: number;
    /**
     * Rows
     */
    rows?: number;
    /**
     * Terminal
     */
    terminal?: string;
};

/**
 * SignInWish
 */
export type SignInWish = {
    /**
     * Code
     */
    code: string;
};

/**
 * Silence
 *
 * What is empty fits everything. Alerts go on and are listed; nobody is told of them until then.
 */
export type Silence = {
    /**
     * Application
     */
    application: string;
    /**
     * By
     */
    by: string;
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Id
     */
    id: number;
    /**
     * Rule
     */
    rule: string;
    /**
     * Stack
     */
    stack: string;
    /**
     * Until
     */
    until: number;
    /**
     * Why
     */
    why: string;
};

/**
 * SilenceWish
 *
 * What is empty fits everything.
 */
export type SilenceWish = {
    /**
     * Application
     */
    application?: string;
    /**
     * Endpoint
     */
    endpoint?: string;
    /**
     * Rule
     */
    rule?: string;
    /**
     * Seconds
     */
    seconds?: number;
    /**
     * Stack
     */
    stack?: string;
    /**
     * Why
     */
    why: string;
};

/**
 * Skipped
 */
export type Skipped = {
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Reason
     */
    reason: string;
};

/**
 * SpanView
 *
 * `own`: microseconds without a child under way; `critical`: those that the answer waited for.
 *
 * `kind`: edge, script, call or other (told by another process). `node`: where it happened.
 */
export type SpanView = {
    /**
     * At
     */
    at: number;
    /**
     * Attempt
     */
    attempt: number;
    /**
     * Attributes
     */
    attributes: {
        [key: string]: unknown;
    };
    /**
     * Critical
     */
    critical: number;
    /**
     * Duration
     */
    duration: number;
    /**
     * Id
     */
    id: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Name
     */
    name: string;
    /**
     * Node
     */
    node: string;
    /**
     * Notes
     */
    notes: Array<string>;
    /**
     * Own
     */
    own: number;
    /**
     * Parent
     */
    parent: string;
    /**
     * Status
     */
    status: string;
};

/**
 * Stage
 *
 * `does` is what happens, `why` what it is good for; `waits`: until somebody or the time lets it go on.
 */
export type Stage = {
    /**
     * Does
     */
    does: string;
    /**
     * Name
     */
    name: string;
    /**
     * Waits
     */
    waits: boolean;
    /**
     * Why
     */
    why: string;
};

/**
 * StageView
 *
 * A stage of a pipeline: `state` is done, running, failed, or ahead. `waits`: for somebody, or the time.
 */
export type StageView = {
    /**
     * Name
     */
    name: string;
    /**
     * State
     */
    state: string;
    /**
     * Text
     */
    text: string;
    /**
     * Waits
     */
    waits: boolean;
};

/**
 * StatusView
 *
 * `pools`: of each, how many are given out and how many there are. `addresses`: of the edge's stacks, for links.
 */
export type StatusView = {
    /**
     * Addresses
     */
    addresses: {
        [key: string]: string;
    };
    /**
     * Applications
     */
    applications: Array<ApplicationView>;
    edge: EdgeView;
    memory: CapacityView | null;
    /**
     * Node
     */
    node: boolean;
    /**
     * Pools
     */
    pools: {
        [key: string]: Array<number>;
    };
    /**
     * Programs
     */
    programs: Array<ProgramView>;
    /**
     * Version
     */
    version: string;
};

/**
 * Strategy
 *
 * How traffic moves. Times in seconds once read.
 */
export type Strategy = {
    /**
     * Judge
     */
    judge: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Least
     */
    least: number;
    /**
     * Metrics
     */
    metrics: Array<string>;
    /**
     * Most
     */
    most: number;
    /**
     * Share
     */
    share: number;
    /**
     * Steps
     */
    steps: number;
    /**
     * Time
     */
    time: number;
};

/**
 * Stubs
 *
 * Two files for a script's folder. `services` counts methods by service; `missing` are not in the catalogue.
 */
export type Stubs = {
    /**
     * Description
     */
    description: string;
    /**
     * Missing
     */
    missing: Array<string>;
    /**
     * Services
     */
    services: {
        [key: string]: number;
    };
    /**
     * Stub
     */
    stub: string;
};

/**
 * Table
 *
 * A table that a query may ask: (column, type, meaning).
 */
export type Table = {
    /**
     * Columns
     */
    columns: Array<[
        string,
        string,
        string
    ]>;
    /**
     * Name
     */
    name: string;
};

/**
 * Team
 */
export type Team = {
    /**
     * Contact
     */
    contact: string;
    /**
     * Created At
     */
    created_at: number;
    /**
     * Name
     */
    name: string;
};

/**
 * TeamWish
 */
export type TeamWish = {
    /**
     * Contact
     */
    contact?: string;
};

/**
 * TestResult
 */
export type TestResult = {
    /**
     * Output
     */
    output: string;
    /**
     * Passed
     */
    passed: boolean;
    /**
     * Seconds
     */
    seconds: number;
    /**
     * Summary
     */
    summary: string;
};

/**
 * ThreadStack
 *
 * A thread as the profiler saw it from outside: frames from the outermost to the innermost.
 */
export type ThreadStack = {
    /**
     * Active
     */
    active: boolean;
    /**
     * Frames
     */
    frames: Array<Frame>;
    /**
     * Name
     */
    name: string;
};

/**
 * Token
 *
 * What is known of a token beside its secret. `expires_at` 0: never; `revoked_at` 0: not revoked.
 */
export type Token = {
    /**
     * Created At
     */
    created_at: number;
    /**
     * Expires At
     */
    expires_at: number;
    /**
     * Id
     */
    id: string;
    /**
     * Made By
     */
    made_by: string;
    /**
     * Name
     */
    name: string;
    /**
     * Revoked At
     */
    revoked_at: number;
    /**
     * Role
     */
    role: string;
    /**
     * Team
     */
    team: string;
};

/**
 * TokenWish
 */
export type TokenWish = {
    /**
     * Expires
     */
    expires?: string;
    /**
     * Name
     */
    name: string;
    /**
     * Role
     */
    role: string;
    /**
     * Team
     */
    team?: string;
};

/**
 * TraceEdge
 *
 * Calls of one node to another; `took` of all together.
 */
export type TraceEdge = {
    /**
     * Calls
     */
    calls: number;
    /**
     * Errors
     */
    errors: number;
    /**
     * Retries
     */
    retries: number;
    /**
     * Slowest
     */
    slowest: number;
    /**
     * Source
     */
    source: string;
    /**
     * Target
     */
    target: string;
    /**
     * Took
     */
    took: number;
};

/**
 * TraceView
 *
 * `record` is null for a request that goes on, or that is not kept though its spans are.
 */
export type TraceView = {
    /**
     * Edges
     */
    edges: Array<TraceEdge>;
    /**
     * Id
     */
    id: string;
    /**
     * Logs
     */
    logs: Array<{
        [key: string]: unknown;
    }>;
    /**
     * Record
     */
    record: {
        [key: string]: unknown;
    } | null;
    /**
     * Spans
     */
    spans: Array<SpanView>;
};

/**
 * Trial
 *
 * One call that failed in one way. `stands`: the answer was a usable one, in time.
 */
export type Trial = {
    /**
     * Endpoint
     */
    endpoint: string;
    /**
     * Found
     */
    found: string;
    /**
     * Kind
     */
    kind: string;
    /**
     * Method
     */
    method: string;
    /**
     * Stands
     */
    stands: boolean;
    /**
     * Status
     */
    status: number;
    /**
     * Took
     */
    took: number;
};

/**
 * TryView
 *
 * What came back. `cut`: the body was longer than what is shown.
 */
export type TryView = {
    /**
     * Body
     */
    body: string;
    /**
     * Cut
     */
    cut: boolean;
    /**
     * Headers
     */
    headers: Array<Array<string>>;
    /**
     * Seconds
     */
    seconds: number;
    /**
     * Status
     */
    status: number;
};

/**
 * TryWish
 */
export type TryWish = {
    /**
     * Body
     */
    body?: string;
    /**
     * Cookie
     */
    cookie?: string;
    /**
     * Headers
     */
    headers?: {
        [key: string]: string;
    };
    /**
     * Line
     */
    line?: string;
    /**
     * Method
     */
    method?: string;
    /**
     * Path
     */
    path: string;
    /**
     * Stack
     */
    stack: string;
};

/**
 * UsedBy
 *
 * `by`: values of the fields asked for. Devices and members are estimates; requests are added-up weights.
 */
export type UsedBy = {
    /**
     * By
     */
    by: Array<string>;
    /**
     * Devices
     */
    devices: number;
    /**
     * Errors
     */
    errors: number;
    /**
     * Last
     */
    last: number;
    /**
     * Members
     */
    members: number;
    /**
     * Requests
     */
    requests: number;
};

/**
 * User
 *
 * A person who signs in at the console. `name` is what the sign-in's provider vouches for, a mail address.
 */
export type User = {
    /**
     * Created At
     */
    created_at: number;
    /**
     * Name
     */
    name: string;
    /**
     * Role
     */
    role: string;
    /**
     * Team
     */
    team: string;
};

/**
 * UserWish
 */
export type UserWish = {
    /**
     * Role
     */
    role: string;
    /**
     * Team
     */
    team?: string;
};

/**
 * ValidationError
 */
export type ValidationError = {
    /**
     * Context
     */
    ctx?: {
        [key: string]: unknown;
    };
    /**
     * Input
     */
    input?: unknown;
    /**
     * Location
     */
    loc: Array<string | number>;
    /**
     * Message
     */
    msg: string;
    /**
     * Error Type
     */
    type: string;
};

/**
 * ValueView
 *
 * `value` is null for a secret. `operations` are the releases that a change began.
 */
export type ValueView = {
    /**
     * Name
     */
    name: string;
    /**
     * Number
     */
    number: number;
    /**
     * Operations
     */
    operations: Array<Operation>;
    /**
     * Secret
     */
    secret: boolean;
    /**
     * Set At
     */
    set_at: number;
    /**
     * Set By
     */
    set_by: string;
    /**
     * Stack
     */
    stack: string;
    /**
     * Value
     */
    value: unknown;
};

/**
 * ValueWish
 */
export type ValueWish = {
    /**
     * Stack
     */
    stack: string;
    /**
     * Value
     */
    value: unknown;
};

/**
 * Verification
 *
 * How far the chain holds. `problem` is empty when it holds to its end, otherwise it says what does not fit.
 *
 * `verified` activities fit, from the one at `first_at` to that at `last_at`; `head` is the hash of the last of them.
 * `broken` is the number of the first that does not fit, 0 for none.
 */
export type Verification = {
    /**
     * Broken
     */
    broken: number;
    /**
     * First At
     */
    first_at: number;
    /**
     * Head
     */
    head: string;
    /**
     * Last At
     */
    last_at: number;
    /**
     * Problem
     */
    problem: string;
    /**
     * Verified
     */
    verified: number;
};

/**
 * VersionView
 *
 * `start` says in words what its first start took, and which imports took it.
 */
export type VersionView = {
    /**
     * Application
     */
    application: string;
    /**
     * Digest
     */
    digest: string;
    /**
     * Endpoints
     */
    endpoints: Array<{
        [key: string]: string;
    }>;
    /**
     * Memory Bytes
     */
    memory_bytes: number;
    /**
     * Number
     */
    number: string;
    /**
     * Preview
     */
    preview: string;
    /**
     * Published At
     */
    published_at: number;
    /**
     * Published By
     */
    published_by: string;
    /**
     * Python
     */
    python: string;
    /**
     * Released
     */
    released: Array<string>;
    /**
     * Services
     */
    services: Array<string>;
    /**
     * Start
     */
    start: string;
    /**
     * Start Seconds
     */
    start_seconds: number;
    /**
     * Tests
     */
    tests: string;
};

/**
 * Visible
 *
 * An effect that will be seen with 95 per cent, once so many requests came in both arms together.
 */
export type Visible = {
    /**
     * Effect
     */
    effect: string;
    /**
     * Metric
     */
    metric: string;
    /**
     * Requests
     */
    requests: number;
    /**
     * Seconds
     */
    seconds: number;
};

/**
 * Waiting
 *
 * The oldest first; `total` are in flight. `others` are the script's tasks that belong to no request.
 */
export type Waiting = {
    blocked: Blocked | null;
    /**
     * Instance
     */
    instance: string;
    /**
     * Others
     */
    others: Array<Array<Frame>>;
    /**
     * Requests
     */
    requests: Array<InFlight>;
    /**
     * Total
     */
    total: number;
};

/**
 * Window
 *
 * `every` in seconds. `folded`: records of groups beyond the two hundred that are told.
 */
export type Window = {
    /**
     * At
     */
    at: number;
    /**
     * Every
     */
    every: number;
    /**
     * Folded
     */
    folded: number;
    /**
     * Rows
     */
    rows: Array<WindowRow>;
};

/**
 * WindowRow
 *
 * `by`: values of the fields that it was grouped by; `figures` in the order asked for.
 */
export type WindowRow = {
    /**
     * By
     */
    by: Array<unknown>;
    /**
     * Figures
     */
    figures: Array<number>;
};

/**
 * Comparison
 *
 * Counts are of recordings. `same`: differ in nothing but noise. `diverged`: the new version asked for what is not
 * recorded, though compared. `failed`: one of the runs had no answer, so not compared.
 */
export type StagedoorModelComparisonComparison = {
    /**
     * Compared
     */
    compared: number;
    /**
     * Diverged
     */
    diverged: number;
    errors: Paired;
    /**
     * Failed
     */
    failed: number;
    /**
     * Groups
     */
    groups: Array<Group>;
    own_time: Paired;
    /**
     * Reason
     */
    reason: string;
    /**
     * Same
     */
    same: number;
    /**
     * Verdict
     */
    verdict: string;
};

/**
 * Comparison
 *
 * `requests`: how many stand behind each side.
 */
export type StagedoorModelTelemetryViewsComparison = {
    /**
     * Differences
     */
    differences: Array<DifferenceView>;
    /**
     * Requests
     */
    requests: Array<number>;
};

export type ActivitiesData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Limit
         */
        limit?: number;
        /**
         * Application
         */
        application?: string;
        /**
         * By
         */
        by?: string;
        /**
         * Action
         */
        action?: string;
        /**
         * Target
         */
        target?: string;
        /**
         * Text
         */
        text?: string;
        /**
         * Since
         */
        since?: number;
        /**
         * Until
         */
        until?: number;
        /**
         * Below
         */
        below?: number;
    };
    url: '/v1/activities';
};

export type ActivitiesErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ActivitiesError = ActivitiesErrors[keyof ActivitiesErrors];

export type ActivitiesResponses = {
    /**
     * Response Activities
     *
     * Successful Response
     */
    200: Array<Activity>;
};

export type ActivitiesResponse = ActivitiesResponses[keyof ActivitiesResponses];

export type ExportData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Form
         */
        form?: 'jsonl' | 'csv';
        /**
         * Application
         */
        application?: string;
        /**
         * By
         */
        by?: string;
        /**
         * Action
         */
        action?: string;
        /**
         * Target
         */
        target?: string;
        /**
         * Text
         */
        text?: string;
        /**
         * Since
         */
        since?: number;
        /**
         * Until
         */
        until?: number;
        /**
         * Below
         */
        below?: number;
    };
    url: '/v1/activities/export';
};

export type ExportErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ExportError = ExportErrors[keyof ExportErrors];

export type ExportResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type VerifyData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Head
         */
        head?: string;
    };
    url: '/v1/activities/verification';
};

export type VerifyErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type VerifyError = VerifyErrors[keyof VerifyErrors];

export type VerifyResponses = {
    /**
     * Successful Response
     */
    200: Verification;
};

export type VerifyResponse = VerifyResponses[keyof VerifyResponses];

export type ListAlertsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * State
         */
        state?: string;
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/alerts';
};

export type ListAlertsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListAlertsError = ListAlertsErrors[keyof ListAlertsErrors];

export type ListAlertsResponses = {
    /**
     * Response List Alerts
     *
     * Successful Response
     */
    200: Array<AlertView>;
};

export type ListAlertsResponse = ListAlertsResponses[keyof ListAlertsResponses];

export type ListRulesData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/alerts/rules';
};

export type ListRulesResponses = {
    /**
     * Response List Rules
     *
     * Successful Response
     */
    200: Array<RuleView>;
};

export type ListRulesResponse = ListRulesResponses[keyof ListRulesResponses];

export type TestRulesData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Days
         */
        days?: number;
    };
    url: '/v1/alerts/test';
};

export type TestRulesErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type TestRulesError = TestRulesErrors[keyof TestRulesErrors];

export type TestRulesResponses = {
    /**
     * Successful Response
     */
    200: BacktestView;
};

export type TestRulesResponse = TestRulesResponses[keyof TestRulesResponses];

export type ShowAlertData = {
    body?: never;
    path: {
        /**
         * Number
         */
        number: number;
    };
    query?: never;
    url: '/v1/alerts/{number}';
};

export type ShowAlertErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ShowAlertError = ShowAlertErrors[keyof ShowAlertErrors];

export type ShowAlertResponses = {
    /**
     * Successful Response
     */
    200: AlertView;
};

export type ShowAlertResponse = ShowAlertResponses[keyof ShowAlertResponses];

export type ListApplicationsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/applications';
};

export type ListApplicationsResponses = {
    /**
     * Response List Applications
     *
     * Successful Response
     */
    200: Array<ApplicationView>;
};

export type ListApplicationsResponse = ListApplicationsResponses[keyof ListApplicationsResponses];

export type GetApplicationData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}';
};

export type GetApplicationErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GetApplicationError = GetApplicationErrors[keyof GetApplicationErrors];

export type GetApplicationResponses = {
    /**
     * Successful Response
     */
    200: ApplicationView;
};

export type GetApplicationResponse = GetApplicationResponses[keyof GetApplicationResponses];

export type AbortLineData = {
    body: LineWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/abort';
};

export type AbortLineErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type AbortLineError = AbortLineErrors[keyof AbortLineErrors];

export type AbortLineResponses = {
    /**
     * Successful Response
     */
    200: Asked;
};

export type AbortLineResponse = AbortLineResponses[keyof AbortLineResponses];

export type ListAcceptedData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/differences';
};

export type ListAcceptedErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListAcceptedError = ListAcceptedErrors[keyof ListAcceptedErrors];

export type ListAcceptedResponses = {
    /**
     * Response List Accepted
     *
     * Successful Response
     */
    200: Array<Accepted>;
};

export type ListAcceptedResponse = ListAcceptedResponses[keyof ListAcceptedResponses];

export type AcceptDifferenceData = {
    body: AcceptWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/differences';
};

export type AcceptDifferenceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type AcceptDifferenceError = AcceptDifferenceErrors[keyof AcceptDifferenceErrors];

export type AcceptDifferenceResponses = {
    /**
     * Response Accept Difference
     *
     * Successful Response
     */
    200: Array<Accepted>;
};

export type AcceptDifferenceResponse = AcceptDifferenceResponses[keyof AcceptDifferenceResponses];

export type RetractDifferenceData = {
    body: AcceptWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/differences/retract';
};

export type RetractDifferenceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RetractDifferenceError = RetractDifferenceErrors[keyof RetractDifferenceErrors];

export type RetractDifferenceResponses = {
    /**
     * Response Retract Difference
     *
     * Successful Response
     */
    200: Array<Accepted>;
};

export type RetractDifferenceResponse = RetractDifferenceResponses[keyof RetractDifferenceResponses];

export type BeginExperimentData = {
    body: ExperimentWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/experiments';
};

export type BeginExperimentErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type BeginExperimentError = BeginExperimentErrors[keyof BeginExperimentErrors];

export type BeginExperimentResponses = {
    /**
     * Successful Response
     */
    202: Operation;
};

export type BeginExperimentResponse = BeginExperimentResponses[keyof BeginExperimentResponses];

export type ShowFanoutData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: {
        /**
         * Seconds
         */
        seconds?: number;
    };
    url: '/v1/applications/{application}/fanout';
};

export type ShowFanoutErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ShowFanoutError = ShowFanoutErrors[keyof ShowFanoutErrors];

export type ShowFanoutResponses = {
    /**
     * Successful Response
     */
    200: FanoutView;
};

export type ShowFanoutResponse = ShowFanoutResponses[keyof ShowFanoutResponses];

export type DropHookData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/hook';
};

export type DropHookErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type DropHookError = DropHookErrors[keyof DropHookErrors];

export type DropHookResponses = {
    /**
     * Successful Response
     */
    204: void;
};

export type DropHookResponse = DropHookResponses[keyof DropHookResponses];

export type MakeHookData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/hook';
};

export type MakeHookErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type MakeHookError = MakeHookErrors[keyof MakeHookErrors];

export type MakeHookResponses = {
    /**
     * Successful Response
     */
    201: NewHook;
};

export type MakeHookResponse = MakeHookResponses[keyof MakeHookResponses];

export type DeleteLineData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
        /**
         * Major
         */
        major: number;
    };
    query: {
        /**
         * Stack
         */
        stack: string;
        /**
         * Confirm
         */
        confirm?: string;
    };
    url: '/v1/applications/{application}/lines/{major}';
};

export type DeleteLineErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type DeleteLineError = DeleteLineErrors[keyof DeleteLineErrors];

export type DeleteLineResponses = {
    /**
     * Response Delete Line
     *
     * Successful Response
     */
    200: {
        [key: string]: unknown;
    };
};

export type DeleteLineResponse = DeleteLineResponses[keyof DeleteLineResponses];

export type ReadLogsData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: {
        /**
         * Instance
         */
        instance?: string;
        /**
         * Lines
         */
        lines?: number;
        /**
         * Follow
         */
        follow?: boolean;
    };
    url: '/v1/applications/{application}/logs';
};

export type ReadLogsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ReadLogsError = ReadLogsErrors[keyof ReadLogsErrors];

export type ReadLogsResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type ExplainPipelineData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: {
        /**
         * Version
         */
        version?: string;
        /**
         * Stack
         */
        stack?: string;
    };
    url: '/v1/applications/{application}/pipeline';
};

export type ExplainPipelineErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ExplainPipelineError = ExplainPipelineErrors[keyof ExplainPipelineErrors];

export type ExplainPipelineResponses = {
    /**
     * Successful Response
     */
    200: Explained;
};

export type ExplainPipelineResponse = ExplainPipelineResponses[keyof ExplainPipelineResponses];

export type RehearseData = {
    body: RehearsalWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/rehearsals';
};

export type RehearseErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RehearseError = RehearseErrors[keyof RehearseErrors];

export type RehearseResponses = {
    /**
     * Successful Response
     */
    200: Rehearsal;
};

export type RehearseResponse = RehearseResponses[keyof RehearseResponses];

export type ListReleasesData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query: {
        /**
         * Line
         */
        line: number;
        /**
         * Stack
         */
        stack: string;
    };
    url: '/v1/applications/{application}/releases';
};

export type ListReleasesErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListReleasesError = ListReleasesErrors[keyof ListReleasesErrors];

export type ListReleasesResponses = {
    /**
     * Response List Releases
     *
     * Successful Response
     */
    200: Array<ReleaseView>;
};

export type ListReleasesResponse = ListReleasesResponses[keyof ListReleasesResponses];

export type ReleaseData = {
    body: ReleaseWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/releases';
};

export type ReleaseErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ReleaseError = ReleaseErrors[keyof ReleaseErrors];

export type ReleaseResponses = {
    /**
     * Successful Response
     */
    202: Operation;
};

export type ReleaseResponse = ReleaseResponses[keyof ReleaseResponses];

export type CompareVersionsData = {
    body: CompareWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/replays';
};

export type CompareVersionsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type CompareVersionsError = CompareVersionsErrors[keyof CompareVersionsErrors];

export type CompareVersionsResponses = {
    /**
     * Successful Response
     */
    200: ReportView;
};

export type CompareVersionsResponse = CompareVersionsResponses[keyof CompareVersionsResponses];

export type RollbackData = {
    body: RollbackWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/rollbacks';
};

export type RollbackErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RollbackError = RollbackErrors[keyof RollbackErrors];

export type RollbackResponses = {
    /**
     * Successful Response
     */
    202: Operation;
};

export type RollbackResponse = RollbackResponses[keyof RollbackResponses];

export type FreeScalingData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query: {
        /**
         * Stack
         */
        stack: string;
        /**
         * Line
         */
        line?: number | null;
    };
    url: '/v1/applications/{application}/scaling';
};

export type FreeScalingErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type FreeScalingError = FreeScalingErrors[keyof FreeScalingErrors];

export type FreeScalingResponses = {
    /**
     * Response Free Scaling
     *
     * Successful Response
     */
    200: {
        [key: string]: string;
    };
};

export type FreeScalingResponse = FreeScalingResponses[keyof FreeScalingResponses];

export type GetScalingData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: {
        /**
         * Stack
         */
        stack?: string;
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/applications/{application}/scaling';
};

export type GetScalingErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GetScalingError = GetScalingErrors[keyof GetScalingErrors];

export type GetScalingResponses = {
    /**
     * Successful Response
     */
    200: ScalingView;
};

export type GetScalingResponse = GetScalingResponses[keyof GetScalingResponses];

export type FixScalingData = {
    body: ScaleWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/scaling';
};

export type FixScalingErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type FixScalingError = FixScalingErrors[keyof FixScalingErrors];

export type FixScalingResponses = {
    /**
     * Successful Response
     */
    200: FixedScale;
};

export type FixScalingResponse = FixScalingResponses[keyof FixScalingResponses];

export type RemoveSecretData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
        /**
         * Name
         */
        name: string;
    };
    query: {
        /**
         * Stack
         */
        stack: string;
    };
    url: '/v1/applications/{application}/secrets/{name}';
};

export type RemoveSecretErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RemoveSecretError = RemoveSecretErrors[keyof RemoveSecretErrors];

export type RemoveSecretResponses = {
    /**
     * Successful Response
     */
    202: ValueView;
};

export type RemoveSecretResponse = RemoveSecretResponses[keyof RemoveSecretResponses];

export type SetSecretData = {
    body: SecretWish;
    path: {
        /**
         * Application
         */
        application: string;
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/applications/{application}/secrets/{name}';
};

export type SetSecretErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SetSecretError = SetSecretErrors[keyof SetSecretErrors];

export type SetSecretResponses = {
    /**
     * Successful Response
     */
    202: ValueView;
};

export type SetSecretResponse = SetSecretResponses[keyof SetSecretResponses];

export type EndShadowData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: {
        /**
         * Stack
         */
        stack?: string;
    };
    url: '/v1/applications/{application}/shadow';
};

export type EndShadowErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type EndShadowError = EndShadowErrors[keyof EndShadowErrors];

export type EndShadowResponses = {
    /**
     * Successful Response
     */
    204: void;
};

export type EndShadowResponse = EndShadowResponses[keyof EndShadowResponses];

export type BeginShadowData = {
    body: ShadowWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/shadow';
};

export type BeginShadowErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type BeginShadowError = BeginShadowErrors[keyof BeginShadowErrors];

export type BeginShadowResponses = {
    /**
     * Successful Response
     */
    200: Shadow;
};

export type BeginShadowResponse = BeginShadowResponses[keyof BeginShadowResponses];

export type TryEndpointData = {
    body: TryWish;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/tries';
};

export type TryEndpointErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type TryEndpointError = TryEndpointErrors[keyof TryEndpointErrors];

export type TryEndpointResponses = {
    /**
     * Successful Response
     */
    200: TryView;
};

export type TryEndpointResponse = TryEndpointResponses[keyof TryEndpointResponses];

export type ListValuesData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query: {
        /**
         * Stack
         */
        stack: string;
    };
    url: '/v1/applications/{application}/values';
};

export type ListValuesErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListValuesError = ListValuesErrors[keyof ListValuesErrors];

export type ListValuesResponses = {
    /**
     * Response List Values
     *
     * Successful Response
     */
    200: Array<ValueView>;
};

export type ListValuesResponse = ListValuesResponses[keyof ListValuesResponses];

export type RemoveValueData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
        /**
         * Name
         */
        name: string;
    };
    query: {
        /**
         * Stack
         */
        stack: string;
    };
    url: '/v1/applications/{application}/values/{name}';
};

export type RemoveValueErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RemoveValueError = RemoveValueErrors[keyof RemoveValueErrors];

export type RemoveValueResponses = {
    /**
     * Successful Response
     */
    202: ValueView;
};

export type RemoveValueResponse = RemoveValueResponses[keyof RemoveValueResponses];

export type SetValueData = {
    body: ValueWish;
    path: {
        /**
         * Application
         */
        application: string;
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/applications/{application}/values/{name}';
};

export type SetValueErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SetValueError = SetValueErrors[keyof SetValueErrors];

export type SetValueResponses = {
    /**
     * Successful Response
     */
    202: ValueView;
};

export type SetValueResponse = SetValueResponses[keyof SetValueResponses];

export type ListVersionsData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
    };
    query?: never;
    url: '/v1/applications/{application}/versions';
};

export type ListVersionsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListVersionsError = ListVersionsErrors[keyof ListVersionsErrors];

export type ListVersionsResponses = {
    /**
     * Response List Versions
     *
     * Successful Response
     */
    200: Array<VersionView>;
};

export type ListVersionsResponse = ListVersionsResponses[keyof ListVersionsResponses];

export type GetSourceData = {
    body?: never;
    path: {
        /**
         * Application
         */
        application: string;
        /**
         * Number
         */
        number: string;
    };
    query?: never;
    url: '/v1/applications/{application}/versions/{number}/source';
};

export type GetSourceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GetSourceError = GetSourceErrors[keyof GetSourceErrors];

export type GetSourceResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type GetBackupData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/backup';
};

export type GetBackupResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type GetCapacityData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/capacity';
};

export type GetCapacityResponses = {
    /**
     * Successful Response
     */
    200: CapacityView;
};

export type GetCapacityResponse = GetCapacityResponses[keyof GetCapacityResponses];

export type ReadCatalogueData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/catalogue';
};

export type ReadCatalogueResponses = {
    /**
     * Successful Response
     */
    200: CatalogueAnswer;
};

export type ReadCatalogueResponse = ReadCatalogueResponses[keyof ReadCatalogueResponses];

export type WriteStubsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Services
         */
        services?: string;
    };
    url: '/v1/catalogue/stubs';
};

export type WriteStubsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type WriteStubsError = WriteStubsErrors[keyof WriteStubsErrors];

export type WriteStubsResponses = {
    /**
     * Successful Response
     */
    200: Stubs;
};

export type WriteStubsResponse = WriteStubsResponses[keyof WriteStubsResponses];

export type ChartData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Of
         */
        of?: 'requests' | 'calls' | 'usage';
        /**
         * Application
         */
        application?: string;
        /**
         * Version
         */
        version?: string;
        /**
         * Stack
         */
        stack?: string;
        /**
         * Endpoint
         */
        endpoint?: string;
        /**
         * Service
         */
        service?: string;
        /**
         * Name
         */
        name?: string;
        /**
         * Since
         */
        since?: number;
        /**
         * Until
         */
        until?: number;
    };
    url: '/v1/charts';
};

export type ChartErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ChartError = ChartErrors[keyof ChartErrors];

export type ChartResponses = {
    /**
     * Successful Response
     */
    200: ChartView;
};

export type ChartResponse = ChartResponses[keyof ChartResponses];

export type ListDeploymentsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Stack
         */
        stack?: string;
    };
    url: '/v1/deployments';
};

export type ListDeploymentsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListDeploymentsError = ListDeploymentsErrors[keyof ListDeploymentsErrors];

export type ListDeploymentsResponses = {
    /**
     * Response List Deployments
     *
     * Successful Response
     */
    200: Array<DeploymentView>;
};

export type ListDeploymentsResponse = ListDeploymentsResponses[keyof ListDeploymentsResponses];

export type ListEndsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/ends';
};

export type ListEndsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListEndsError = ListEndsErrors[keyof ListEndsErrors];

export type ListEndsResponses = {
    /**
     * Response List Ends
     *
     * Successful Response
     */
    200: Array<EndView>;
};

export type ListEndsResponse = ListEndsResponses[keyof ListEndsResponses];

export type EventsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/events';
};

export type EventsResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type ListExperimentsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Stack
         */
        stack?: string;
    };
    url: '/v1/experiments';
};

export type ListExperimentsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListExperimentsError = ListExperimentsErrors[keyof ListExperimentsErrors];

export type ListExperimentsResponses = {
    /**
     * Response List Experiments
     *
     * Successful Response
     */
    200: Array<Experiment>;
};

export type ListExperimentsResponse = ListExperimentsResponses[keyof ListExperimentsResponses];

export type GetExperimentData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/experiments/{name}';
};

export type GetExperimentErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GetExperimentError = GetExperimentErrors[keyof GetExperimentErrors];

export type GetExperimentResponses = {
    /**
     * Successful Response
     */
    200: Experiment;
};

export type GetExperimentResponse = GetExperimentResponses[keyof GetExperimentResponses];

export type EndExperimentData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/experiments/{name}/end';
};

export type EndExperimentErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type EndExperimentError = EndExperimentErrors[keyof EndExperimentErrors];

export type EndExperimentResponses = {
    /**
     * Successful Response
     */
    200: ExperimentEnd;
};

export type EndExperimentResponse = EndExperimentResponses[keyof EndExperimentResponses];

export type ListFeedbackData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/feedback';
};

export type ListFeedbackErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListFeedbackError = ListFeedbackErrors[keyof ListFeedbackErrors];

export type ListFeedbackResponses = {
    /**
     * Response List Feedback
     *
     * Successful Response
     */
    200: Array<FeedbackView>;
};

export type ListFeedbackResponse = ListFeedbackResponses[keyof ListFeedbackResponses];

export type GiveFeedbackData = {
    body: FeedbackWish;
    path?: never;
    query?: never;
    url: '/v1/feedback';
};

export type GiveFeedbackErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GiveFeedbackError = GiveFeedbackErrors[keyof GiveFeedbackErrors];

export type GiveFeedbackResponses = {
    /**
     * Successful Response
     */
    204: void;
};

export type GiveFeedbackResponse = GiveFeedbackResponses[keyof GiveFeedbackResponses];

export type ListFlagsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/flags';
};

export type ListFlagsResponses = {
    /**
     * Response List Flags
     *
     * Successful Response
     */
    200: {
        [key: string]: number;
    };
};

export type ListFlagsResponse = ListFlagsResponses[keyof ListFlagsResponses];

export type UnflagData = {
    body?: never;
    path: {
        /**
         * Device
         */
        device: string;
    };
    query?: never;
    url: '/v1/flags/{device}';
};

export type UnflagErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type UnflagError = UnflagErrors[keyof UnflagErrors];

export type UnflagResponses = {
    /**
     * Response Unflag
     *
     * Successful Response
     */
    200: {
        [key: string]: number;
    };
};

export type UnflagResponse = UnflagResponses[keyof UnflagResponses];

export type FlagData = {
    body: FlagWish;
    path: {
        /**
         * Device
         */
        device: string;
    };
    query?: never;
    url: '/v1/flags/{device}';
};

export type FlagErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type FlagError = FlagErrors[keyof FlagErrors];

export type FlagResponses = {
    /**
     * Response Flag
     *
     * Successful Response
     */
    200: {
        [key: string]: number;
    };
};

export type FlagResponse = FlagResponses[keyof FlagResponses];

export type HealthData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/health';
};

export type HealthResponses = {
    /**
     * Response Health
     *
     * Successful Response
     */
    200: {
        [key: string]: string;
    };
};

export type HealthResponse = HealthResponses[keyof HealthResponses];

export type PullHookData = {
    /**
     * Wish
     */
    body?: HookWish | null;
    path: {
        /**
         * Secret
         */
        secret: string;
    };
    query?: never;
    url: '/v1/hooks/{secret}';
};

export type PullHookErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type PullHookError = PullHookErrors[keyof PullHookErrors];

export type PullHookResponses = {
    /**
     * Successful Response
     */
    202: Operation;
};

export type PullHookResponse = PullHookResponses[keyof PullHookResponses];

export type WatchInsightData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Query
         */
        query?: string;
        /**
         * Kind
         */
        kind?: 'request' | 'call' | 'log';
    };
    url: '/v1/insight';
};

export type WatchInsightErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type WatchInsightError = WatchInsightErrors[keyof WatchInsightErrors];

export type WatchInsightResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type ReadInsightHistoryData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Query
         */
        query?: string;
        /**
         * Kind
         */
        kind?: 'request' | 'call' | 'log';
        /**
         * Since
         */
        since?: number;
        /**
         * Until
         */
        until?: number;
        /**
         * Limit
         */
        limit?: number;
        /**
         * Order
         */
        order?: 'newest' | 'slowest';
    };
    url: '/v1/insight/history';
};

export type ReadInsightHistoryErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ReadInsightHistoryError = ReadInsightHistoryErrors[keyof ReadInsightHistoryErrors];

export type ReadInsightHistoryResponses = {
    /**
     * Successful Response
     */
    200: History;
};

export type ReadInsightHistoryResponse = ReadInsightHistoryResponses[keyof ReadInsightHistoryResponses];

export type ListInstancesData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Measure
         */
        measure?: boolean;
    };
    url: '/v1/instances';
};

export type ListInstancesErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListInstancesError = ListInstancesErrors[keyof ListInstancesErrors];

export type ListInstancesResponses = {
    /**
     * Response List Instances
     *
     * Successful Response
     */
    200: Array<InstanceView>;
};

export type ListInstancesResponse = ListInstancesResponses[keyof ListInstancesResponses];

export type GetInstanceData = {
    body?: never;
    path: {
        /**
         * Instance
         */
        instance: string;
    };
    query?: never;
    url: '/v1/instances/{instance}';
};

export type GetInstanceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GetInstanceError = GetInstanceErrors[keyof GetInstanceErrors];

export type GetInstanceResponses = {
    /**
     * Successful Response
     */
    200: InstanceDetail;
};

export type GetInstanceResponse = GetInstanceResponses[keyof GetInstanceResponses];

export type MemoryData = {
    body: MemoryWish;
    path: {
        /**
         * Instance
         */
        instance: string;
    };
    query?: never;
    url: '/v1/instances/{instance}/memory';
};

export type MemoryErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type MemoryError = MemoryErrors[keyof MemoryErrors];

export type MemoryResponses = {
    /**
     * Successful Response
     */
    200: Memory;
};

export type MemoryResponse = MemoryResponses[keyof MemoryResponses];

export type ProfileData = {
    body: ProfileWish;
    path: {
        /**
         * Instance
         */
        instance: string;
    };
    query?: never;
    url: '/v1/instances/{instance}/profile';
};

export type ProfileErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ProfileError = ProfileErrors[keyof ProfileErrors];

export type ProfileResponses = {
    /**
     * Successful Response
     */
    200: Profile;
};

export type ProfileResponse = ProfileResponses[keyof ProfileResponses];

export type OpenShellData = {
    body: ShellWish;
    path: {
        /**
         * Instance
         */
        instance: string;
    };
    query?: never;
    url: '/v1/instances/{instance}/shells';
};

export type OpenShellErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type OpenShellError = OpenShellErrors[keyof OpenShellErrors];

export type OpenShellResponses = {
    /**
     * Successful Response
     */
    200: ShellView;
};

export type OpenShellResponse = OpenShellResponses[keyof OpenShellResponses];

export type WaitingData = {
    body?: never;
    path: {
        /**
         * Instance
         */
        instance: string;
    };
    query?: never;
    url: '/v1/instances/{instance}/waiting';
};

export type WaitingErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type WaitingError = WaitingErrors[keyof WaitingErrors];

export type WaitingResponses = {
    /**
     * Successful Response
     */
    200: Waiting;
};

export type WaitingResponse = WaitingResponses[keyof WaitingResponses];

export type RenewKeyData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/keys';
};

export type RenewKeyResponses = {
    /**
     * Successful Response
     */
    200: KeyView;
};

export type RenewKeyResponse = RenewKeyResponses[keyof RenewKeyResponses];

export type MakeLoginData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/logins';
};

export type MakeLoginResponses = {
    /**
     * Successful Response
     */
    201: LoginView;
};

export type MakeLoginResponse = MakeLoginResponses[keyof MakeLoginResponses];

export type SearchLogsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Query
         */
        query?: string;
        /**
         * Since
         */
        since?: number;
        /**
         * Until
         */
        until?: number;
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/logs';
};

export type SearchLogsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SearchLogsError = SearchLogsErrors[keyof SearchLogsErrors];

export type SearchLogsResponses = {
    /**
     * Successful Response
     */
    200: LogsView;
};

export type SearchLogsResponse = SearchLogsResponses[keyof SearchLogsResponses];

export type ContextData = {
    body?: never;
    path?: never;
    query: {
        /**
         * Application
         */
        application: string;
        /**
         * Instance
         */
        instance: string;
        /**
         * At
         */
        at: number;
    };
    url: '/v1/logs/context';
};

export type ContextErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ContextError = ContextErrors[keyof ContextErrors];

export type ContextResponses = {
    /**
     * Response Context
     *
     * Successful Response
     */
    200: Array<{
        [key: string]: unknown;
    }>;
};

export type ContextResponse = ContextResponses[keyof ContextResponses];

export type ReadMetricsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/metrics';
};

export type ReadMetricsResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type ListObjectivesData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/objectives';
};

export type ListObjectivesResponses = {
    /**
     * Response List Objectives
     *
     * Successful Response
     */
    200: Array<ObjectiveView>;
};

export type ListObjectivesResponse = ListObjectivesResponses[keyof ListObjectivesResponses];

export type ListOperationsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/operations';
};

export type ListOperationsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListOperationsError = ListOperationsErrors[keyof ListOperationsErrors];

export type ListOperationsResponses = {
    /**
     * Response List Operations
     *
     * Successful Response
     */
    200: Array<Operation>;
};

export type ListOperationsResponse = ListOperationsResponses[keyof ListOperationsResponses];

export type GetOperationData = {
    body?: never;
    path: {
        /**
         * Number
         */
        number: number;
    };
    query?: never;
    url: '/v1/operations/{number}';
};

export type GetOperationErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GetOperationError = GetOperationErrors[keyof GetOperationErrors];

export type GetOperationResponses = {
    /**
     * Successful Response
     */
    200: Operation;
};

export type GetOperationResponse = GetOperationResponses[keyof GetOperationResponses];

export type WatchOperationData = {
    body?: never;
    path: {
        /**
         * Number
         */
        number: number;
    };
    query?: {
        /**
         * After
         */
        after?: number;
    };
    url: '/v1/operations/{number}/events';
};

export type WatchOperationErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type WatchOperationError = WatchOperationErrors[keyof WatchOperationErrors];

export type WatchOperationResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type TakeData = {
    body?: never;
    path: {
        /**
         * What
         */
        what: string;
    };
    query?: never;
    url: '/v1/otlp/v1/{what}';
};

export type TakeErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type TakeError = TakeErrors[keyof TakeErrors];

export type TakeResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type ApprovePipelineData = {
    body: AnswerWish;
    path: {
        /**
         * Number
         */
        number: number;
    };
    query?: never;
    url: '/v1/pipelines/{number}/approve';
};

export type ApprovePipelineErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ApprovePipelineError = ApprovePipelineErrors[keyof ApprovePipelineErrors];

export type ApprovePipelineResponses = {
    /**
     * Successful Response
     */
    200: Operation;
};

export type ApprovePipelineResponse = ApprovePipelineResponses[keyof ApprovePipelineResponses];

export type RejectPipelineData = {
    body: AnswerWish;
    path: {
        /**
         * Number
         */
        number: number;
    };
    query?: never;
    url: '/v1/pipelines/{number}/reject';
};

export type RejectPipelineErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RejectPipelineError = RejectPipelineErrors[keyof RejectPipelineErrors];

export type RejectPipelineResponses = {
    /**
     * Successful Response
     */
    200: Operation;
};

export type RejectPipelineResponse = RejectPipelineResponses[keyof RejectPipelineResponses];

export type ListPublicationsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/publications';
};

export type ListPublicationsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListPublicationsError = ListPublicationsErrors[keyof ListPublicationsErrors];

export type ListPublicationsResponses = {
    /**
     * Response List Publications
     *
     * Successful Response
     */
    200: Array<PublicationView>;
};

export type ListPublicationsResponse = ListPublicationsResponses[keyof ListPublicationsResponses];

export type QueryData = {
    body: QueryWish;
    path?: never;
    query?: never;
    url: '/v1/query';
};

export type QueryErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type QueryError = QueryErrors[keyof QueryErrors];

export type QueryResponses = {
    /**
     * Successful Response
     */
    200: Answer;
};

export type QueryResponse = QueryResponses[keyof QueryResponses];

export type TablesData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/query/tables';
};

export type TablesResponses = {
    /**
     * Response Tables
     *
     * Successful Response
     */
    200: Array<Table>;
};

export type TablesResponse = TablesResponses[keyof TablesResponses];

export type ListRecordingsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Version
         */
        version?: string;
        /**
         * Stack
         */
        stack?: string;
        /**
         * Endpoint
         */
        endpoint?: string;
        /**
         * Device
         */
        device?: string;
        /**
         * Reason
         */
        reason?: string;
        /**
         * Since
         */
        since?: number;
        /**
         * Replayable
         */
        replayable?: boolean;
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/recordings';
};

export type ListRecordingsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListRecordingsError = ListRecordingsErrors[keyof ListRecordingsErrors];

export type ListRecordingsResponses = {
    /**
     * Response List Recordings
     *
     * Successful Response
     */
    200: Array<Kept>;
};

export type ListRecordingsResponse = ListRecordingsResponses[keyof ListRecordingsResponses];

export type GetRecordingData = {
    body?: never;
    path: {
        /**
         * Id
         */
        id: string;
    };
    query?: never;
    url: '/v1/recordings/{id}';
};

export type GetRecordingErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GetRecordingError = GetRecordingErrors[keyof GetRecordingErrors];

export type GetRecordingResponses = {
    /**
     * Successful Response
     */
    200: RecordingView;
};

export type GetRecordingResponse = GetRecordingResponses[keyof GetRecordingResponses];

export type FailRecordingData = {
    body: FailureWish;
    path: {
        /**
         * Id
         */
        id: string;
    };
    query?: never;
    url: '/v1/recordings/{id}/failures';
};

export type FailRecordingErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type FailRecordingError = FailRecordingErrors[keyof FailRecordingErrors];

export type FailRecordingResponses = {
    /**
     * Successful Response
     */
    200: FailureReport;
};

export type FailRecordingResponse = FailRecordingResponses[keyof FailRecordingResponses];

export type ReplayRecordingData = {
    body: ReplayWish;
    path: {
        /**
         * Id
         */
        id: string;
    };
    query?: never;
    url: '/v1/recordings/{id}/replay';
};

export type ReplayRecordingErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ReplayRecordingError = ReplayRecordingErrors[keyof ReplayRecordingErrors];

export type ReplayRecordingResponses = {
    /**
     * Successful Response
     */
    200: ReplayView;
};

export type ReplayRecordingResponse = ReplayRecordingResponses[keyof ReplayRecordingResponses];

export type ListReplaysData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/replays';
};

export type ListReplaysErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListReplaysError = ListReplaysErrors[keyof ListReplaysErrors];

export type ListReplaysResponses = {
    /**
     * Response List Replays
     *
     * Successful Response
     */
    200: Array<ReportView>;
};

export type ListReplaysResponse = ListReplaysResponses[keyof ListReplaysResponses];

export type GetReplayData = {
    body?: never;
    path: {
        /**
         * Number
         */
        number: number;
    };
    query?: never;
    url: '/v1/replays/{number}';
};

export type GetReplayErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GetReplayError = GetReplayErrors[keyof GetReplayErrors];

export type GetReplayResponses = {
    /**
     * Successful Response
     */
    200: ReportView;
};

export type GetReplayResponse = GetReplayResponses[keyof GetReplayResponses];

export type RequestsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Limit
         */
        limit?: number;
        /**
         * Follow
         */
        follow?: boolean;
        /**
         * Kind
         */
        kind?: string;
    };
    url: '/v1/requests';
};

export type RequestsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RequestsError = RequestsErrors[keyof RequestsErrors];

export type RequestsResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type GetRetentionData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/retention';
};

export type GetRetentionResponses = {
    /**
     * Response Get Retention
     *
     * Successful Response
     */
    200: Array<Forgotten>;
};

export type GetRetentionResponse = GetRetentionResponses[keyof GetRetentionResponses];

export type ApplyRetentionData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/retention';
};

export type ApplyRetentionResponses = {
    /**
     * Response Apply Retention
     *
     * Successful Response
     */
    200: Array<Forgotten>;
};

export type ApplyRetentionResponse = ApplyRetentionResponses[keyof ApplyRetentionResponses];

export type ListRolloutsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Application
         */
        application?: string;
        /**
         * Stack
         */
        stack?: string;
        /**
         * Limit
         */
        limit?: number;
    };
    url: '/v1/rollouts';
};

export type ListRolloutsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListRolloutsError = ListRolloutsErrors[keyof ListRolloutsErrors];

export type ListRolloutsResponses = {
    /**
     * Response List Rollouts
     *
     * Successful Response
     */
    200: Array<Rollout>;
};

export type ListRolloutsResponse = ListRolloutsResponses[keyof ListRolloutsResponses];

export type GetRolloutData = {
    body?: never;
    path: {
        /**
         * Number
         */
        number: number;
    };
    query?: never;
    url: '/v1/rollouts/{number}';
};

export type GetRolloutErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type GetRolloutError = GetRolloutErrors[keyof GetRolloutErrors];

export type GetRolloutResponses = {
    /**
     * Successful Response
     */
    200: Rollout;
};

export type GetRolloutResponse = GetRolloutResponses[keyof GetRolloutResponses];

export type WatchRolloutData = {
    body?: never;
    path: {
        /**
         * Number
         */
        number: number;
    };
    query?: never;
    url: '/v1/rollouts/{number}/events';
};

export type WatchRolloutErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type WatchRolloutError = WatchRolloutErrors[keyof WatchRolloutErrors];

export type WatchRolloutResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type AskRolloutData = {
    body?: never;
    path: {
        /**
         * Number
         */
        number: number;
        /**
         * Wish
         */
        wish: string;
    };
    query?: never;
    url: '/v1/rollouts/{number}/{wish}';
};

export type AskRolloutErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type AskRolloutError = AskRolloutErrors[keyof AskRolloutErrors];

export type AskRolloutResponses = {
    /**
     * Successful Response
     */
    200: Asked;
};

export type AskRolloutResponse = AskRolloutResponses[keyof AskRolloutResponses];

export type ListSavedData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/saved';
};

export type ListSavedResponses = {
    /**
     * Response List Saved
     *
     * Successful Response
     */
    200: Array<SavedQuery>;
};

export type ListSavedResponse = ListSavedResponses[keyof ListSavedResponses];

export type RemoveSavedData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/saved/{name}';
};

export type RemoveSavedErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RemoveSavedError = RemoveSavedErrors[keyof RemoveSavedErrors];

export type RemoveSavedResponses = {
    /**
     * Successful Response
     */
    204: void;
};

export type RemoveSavedResponse = RemoveSavedResponses[keyof RemoveSavedResponses];

export type SaveData = {
    body: SavedWish;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/saved/{name}';
};

export type SaveErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SaveError = SaveErrors[keyof SaveErrors];

export type SaveResponses = {
    /**
     * Successful Response
     */
    200: SavedQuery;
};

export type SaveResponse = SaveResponses[keyof SaveResponses];

export type TestSavedData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: {
        /**
         * Days
         */
        days?: number;
    };
    url: '/v1/saved/{name}/test';
};

export type TestSavedErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type TestSavedError = TestSavedErrors[keyof TestSavedErrors];

export type TestSavedResponses = {
    /**
     * Successful Response
     */
    200: SavedTestView;
};

export type TestSavedResponse = TestSavedResponses[keyof TestSavedResponses];

export type ChartSavedData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: {
        /**
         * Since
         */
        since?: number;
        /**
         * Until
         */
        until?: number;
    };
    url: '/v1/saved/{name}/windows';
};

export type ChartSavedErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ChartSavedError = ChartSavedErrors[keyof ChartSavedErrors];

export type ChartSavedResponses = {
    /**
     * Response Chart Saved
     *
     * Successful Response
     */
    200: Array<Window>;
};

export type ChartSavedResponse = ChartSavedResponses[keyof ChartSavedResponses];

export type ListServicesData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Seconds
         */
        seconds?: number;
    };
    url: '/v1/services';
};

export type ListServicesErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListServicesError = ListServicesErrors[keyof ListServicesErrors];

export type ListServicesResponses = {
    /**
     * Response List Services
     *
     * Successful Response
     */
    200: Array<ServiceView>;
};

export type ListServicesResponse = ListServicesResponses[keyof ListServicesResponses];

export type RemoveServiceData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/services/{name}';
};

export type RemoveServiceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RemoveServiceError = RemoveServiceErrors[keyof RemoveServiceErrors];

export type RemoveServiceResponses = {
    /**
     * Response Remove Service
     *
     * Successful Response
     */
    200: {
        [key: string]: string;
    };
};

export type RemoveServiceResponse = RemoveServiceResponses[keyof RemoveServiceResponses];

export type ShowServiceData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: {
        /**
         * Seconds
         */
        seconds?: number;
    };
    url: '/v1/services/{name}';
};

export type ShowServiceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ShowServiceError = ShowServiceErrors[keyof ShowServiceErrors];

export type ShowServiceResponses = {
    /**
     * Successful Response
     */
    200: ServiceDetail;
};

export type ShowServiceResponse = ShowServiceResponses[keyof ShowServiceResponses];

export type SaveServiceData = {
    body: ServiceWish;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/services/{name}';
};

export type SaveServiceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SaveServiceError = SaveServiceErrors[keyof SaveServiceErrors];

export type SaveServiceResponses = {
    /**
     * Successful Response
     */
    200: SavedService;
};

export type SaveServiceResponse = SaveServiceResponses[keyof SaveServiceResponses];

export type AddFaultData = {
    body: FaultWish;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/services/{name}/faults';
};

export type AddFaultErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type AddFaultError = AddFaultErrors[keyof AddFaultErrors];

export type AddFaultResponses = {
    /**
     * Successful Response
     */
    201: Fault;
};

export type AddFaultResponse = AddFaultResponses[keyof AddFaultResponses];

export type EndFaultData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
        /**
         * Fault
         */
        fault: string;
    };
    query?: never;
    url: '/v1/services/{name}/faults/{fault}';
};

export type EndFaultErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type EndFaultError = EndFaultErrors[keyof EndFaultErrors];

export type EndFaultResponses = {
    /**
     * Response End Fault
     *
     * Successful Response
     */
    200: {
        [key: string]: string;
    };
};

export type EndFaultResponse = EndFaultResponses[keyof EndFaultResponses];

export type ListDependentsData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
        /**
         * Method
         */
        method: string;
    };
    query?: {
        /**
         * Seconds
         */
        seconds?: number;
    };
    url: '/v1/services/{name}/methods/{method}/dependents';
};

export type ListDependentsErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ListDependentsError = ListDependentsErrors[keyof ListDependentsErrors];

export type ListDependentsResponses = {
    /**
     * Response List Dependents
     *
     * Successful Response
     */
    200: Array<Dependent>;
};

export type ListDependentsResponse = ListDependentsResponses[keyof ListDependentsResponses];

export type SwitchOnData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
        /**
         * Method
         */
        method: string;
    };
    query?: never;
    url: '/v1/services/{name}/methods/{method}/off';
};

export type SwitchOnErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SwitchOnError = SwitchOnErrors[keyof SwitchOnErrors];

export type SwitchOnResponses = {
    /**
     * Successful Response
     */
    200: SavedService;
};

export type SwitchOnResponse = SwitchOnResponses[keyof SwitchOnResponses];

export type SwitchOffData = {
    body: OffWish;
    path: {
        /**
         * Name
         */
        name: string;
        /**
         * Method
         */
        method: string;
    };
    query?: never;
    url: '/v1/services/{name}/methods/{method}/off';
};

export type SwitchOffErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SwitchOffError = SwitchOffErrors[keyof SwitchOffErrors];

export type SwitchOffResponses = {
    /**
     * Successful Response
     */
    200: SavedService;
};

export type SwitchOffResponse = SwitchOffResponses[keyof SwitchOffResponses];

export type ReadOpenapiData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/services/{name}/openapi';
};

export type ReadOpenapiErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ReadOpenapiError = ReadOpenapiErrors[keyof ReadOpenapiErrors];

export type ReadOpenapiResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type ReadPoliciesData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/services/{name}/policies';
};

export type ReadPoliciesErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ReadPoliciesError = ReadPoliciesErrors[keyof ReadPoliciesErrors];

export type ReadPoliciesResponses = {
    /**
     * Response Read Policies
     *
     * Successful Response
     */
    200: {
        [key: string]: unknown;
    };
};

export type ReadPoliciesResponse = ReadPoliciesResponses[keyof ReadPoliciesResponses];

export type SignOutData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/session';
};

export type SignOutResponses = {
    /**
     * Successful Response
     */
    204: void;
};

export type SignOutResponse = SignOutResponses[keyof SignOutResponses];

export type SessionData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/session';
};

export type SessionResponses = {
    /**
     * Successful Response
     */
    200: SessionView;
};

export type SessionResponse = SessionResponses[keyof SessionResponses];

export type SignInData = {
    body: SignInWish;
    path?: never;
    query?: never;
    url: '/v1/session';
};

export type SignInErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SignInError = SignInErrors[keyof SignInErrors];

export type SignInResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type ListShadowsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/shadows';
};

export type ListShadowsResponses = {
    /**
     * Response List Shadows
     *
     * Successful Response
     */
    200: Array<Shadow>;
};

export type ListShadowsResponse = ListShadowsResponses[keyof ListShadowsResponses];

export type ReadShellData = {
    body?: never;
    path: {
        /**
         * Shell
         */
        shell: string;
    };
    query?: never;
    url: '/v1/shells/{shell}';
};

export type ReadShellErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type ReadShellError = ReadShellErrors[keyof ReadShellErrors];

export type ReadShellResponses = {
    /**
     * Successful Response
     */
    200: unknown;
};

export type WriteShellData = {
    body?: never;
    path: {
        /**
         * Shell
         */
        shell: string;
    };
    query?: never;
    url: '/v1/shells/{shell}';
};

export type WriteShellErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type WriteShellError = WriteShellErrors[keyof WriteShellErrors];

export type WriteShellResponses = {
    /**
     * Response Write Shell
     *
     * Successful Response
     */
    200: {
        [key: string]: string;
    };
};

export type WriteShellResponse = WriteShellResponses[keyof WriteShellResponses];

export type ListSilencesData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/silences';
};

export type ListSilencesResponses = {
    /**
     * Response List Silences
     *
     * Successful Response
     */
    200: Array<Silence>;
};

export type ListSilencesResponse = ListSilencesResponses[keyof ListSilencesResponses];

export type AddSilenceData = {
    body: SilenceWish;
    path?: never;
    query?: never;
    url: '/v1/silences';
};

export type AddSilenceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type AddSilenceError = AddSilenceErrors[keyof AddSilenceErrors];

export type AddSilenceResponses = {
    /**
     * Successful Response
     */
    200: Silence;
};

export type AddSilenceResponse = AddSilenceResponses[keyof AddSilenceResponses];

export type EndSilenceData = {
    body?: never;
    path: {
        /**
         * Number
         */
        number: number;
    };
    query?: never;
    url: '/v1/silences/{number}';
};

export type EndSilenceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type EndSilenceError = EndSilenceErrors[keyof EndSilenceErrors];

export type EndSilenceResponses = {
    /**
     * Successful Response
     */
    204: void;
};

export type EndSilenceResponse = EndSilenceResponses[keyof EndSilenceResponses];

export type GetStatusData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/status';
};

export type GetStatusResponses = {
    /**
     * Successful Response
     */
    200: StatusView;
};

export type GetStatusResponse = GetStatusResponses[keyof GetStatusResponses];

export type ListTeamsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/teams';
};

export type ListTeamsResponses = {
    /**
     * Response List Teams
     *
     * Successful Response
     */
    200: Array<Team>;
};

export type ListTeamsResponse = ListTeamsResponses[keyof ListTeamsResponses];

export type RemoveTeamData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/teams/{name}';
};

export type RemoveTeamErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RemoveTeamError = RemoveTeamErrors[keyof RemoveTeamErrors];

export type RemoveTeamResponses = {
    /**
     * Successful Response
     */
    204: void;
};

export type RemoveTeamResponse = RemoveTeamResponses[keyof RemoveTeamResponses];

export type SaveTeamData = {
    body: TeamWish;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/teams/{name}';
};

export type SaveTeamErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SaveTeamError = SaveTeamErrors[keyof SaveTeamErrors];

export type SaveTeamResponses = {
    /**
     * Successful Response
     */
    200: Team;
};

export type SaveTeamResponse = SaveTeamResponses[keyof SaveTeamResponses];

export type GetTelemetryHealthData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/telemetry';
};

export type GetTelemetryHealthResponses = {
    /**
     * Successful Response
     */
    200: Health;
};

export type GetTelemetryHealthResponse = GetTelemetryHealthResponses[keyof GetTelemetryHealthResponses];

export type RunTestsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/tests';
};

export type RunTestsResponses = {
    /**
     * Successful Response
     */
    200: TestResult;
};

export type RunTestsResponse = RunTestsResponses[keyof RunTestsResponses];

export type ListTokensData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/tokens';
};

export type ListTokensResponses = {
    /**
     * Response List Tokens
     *
     * Successful Response
     */
    200: Array<Token>;
};

export type ListTokensResponse = ListTokensResponses[keyof ListTokensResponses];

export type CreateTokenData = {
    body: TokenWish;
    path?: never;
    query?: never;
    url: '/v1/tokens';
};

export type CreateTokenErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type CreateTokenError = CreateTokenErrors[keyof CreateTokenErrors];

export type CreateTokenResponses = {
    /**
     * Successful Response
     */
    201: NewToken;
};

export type CreateTokenResponse = CreateTokenResponses[keyof CreateTokenResponses];

export type RevokeTokenData = {
    body?: never;
    path: {
        /**
         * Token Id
         */
        token_id: string;
    };
    query?: never;
    url: '/v1/tokens/{token_id}';
};

export type RevokeTokenErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RevokeTokenError = RevokeTokenErrors[keyof RevokeTokenErrors];

export type RevokeTokenResponses = {
    /**
     * Successful Response
     */
    200: Token;
};

export type RevokeTokenResponse = RevokeTokenResponses[keyof RevokeTokenResponses];

export type CompareData = {
    body?: never;
    path?: never;
    query: {
        /**
         * Left
         */
        left: string;
        /**
         * Right
         */
        right: string;
        /**
         * Application
         */
        application?: string;
        /**
         * Since
         */
        since?: number;
        /**
         * Until
         */
        until?: number;
    };
    url: '/v1/traces/compare';
};

export type CompareErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type CompareError = CompareErrors[keyof CompareErrors];

export type CompareResponses = {
    /**
     * Successful Response
     */
    200: StagedoorModelTelemetryViewsComparison;
};

export type CompareResponse = CompareResponses[keyof CompareResponses];

export type ListRecipesData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/traces/recipes';
};

export type ListRecipesResponses = {
    /**
     * Response List Recipes
     *
     * Successful Response
     */
    200: Array<Recipe>;
};

export type ListRecipesResponse = ListRecipesResponses[keyof ListRecipesResponses];

export type TraceData = {
    body?: never;
    path: {
        /**
         * Identifier
         */
        identifier: string;
    };
    query?: never;
    url: '/v1/traces/{identifier}';
};

export type TraceErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type TraceError = TraceErrors[keyof TraceErrors];

export type TraceResponses = {
    /**
     * Successful Response
     */
    200: TraceView;
};

export type TraceResponse = TraceResponses[keyof TraceResponses];

export type UsageData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Fields
         */
        fields?: string;
        /**
         * Query
         */
        query?: string;
        /**
         * Since
         */
        since?: number;
        /**
         * Until
         */
        until?: number;
    };
    url: '/v1/usage';
};

export type UsageErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type UsageError = UsageErrors[keyof UsageErrors];

export type UsageResponses = {
    /**
     * Response Usage
     *
     * Successful Response
     */
    200: Array<UsedBy>;
};

export type UsageResponse = UsageResponses[keyof UsageResponses];

export type ListUsersData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/users';
};

export type ListUsersResponses = {
    /**
     * Response List Users
     *
     * Successful Response
     */
    200: Array<User>;
};

export type ListUsersResponse = ListUsersResponses[keyof ListUsersResponses];

export type RemoveUserData = {
    body?: never;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/users/{name}';
};

export type RemoveUserErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type RemoveUserError = RemoveUserErrors[keyof RemoveUserErrors];

export type RemoveUserResponses = {
    /**
     * Successful Response
     */
    204: void;
};

export type RemoveUserResponse = RemoveUserResponses[keyof RemoveUserResponses];

export type SaveUserData = {
    body: UserWish;
    path: {
        /**
         * Name
         */
        name: string;
    };
    query?: never;
    url: '/v1/users/{name}';
};

export type SaveUserErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type SaveUserError = SaveUserErrors[keyof SaveUserErrors];

export type SaveUserResponses = {
    /**
     * Successful Response
     */
    200: User;
};

export type SaveUserResponse = SaveUserResponses[keyof SaveUserResponses];

export type UploadData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Stack
         */
        stack?: string;
        /**
         * Bump
         */
        bump?: string;
        /**
         * Strategy
         */
        strategy?: string;
        /**
         * At
         */
        at?: number;
    };
    url: '/v1/versions';
};

export type UploadErrors = {
    /**
     * Validation Error
     */
    422: HttpValidationError;
};

export type UploadError = UploadErrors[keyof UploadErrors];

export type UploadResponses = {
    /**
     * Successful Response
     */
    202: Operation;
};

export type UploadResponse = UploadResponses[keyof UploadResponses];

export type WhoamiData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/whoami';
};

export type WhoamiResponses = {
    /**
     * Successful Response
     */
    200: Identity;
};

export type WhoamiResponse = WhoamiResponses[keyof WhoamiResponses];
