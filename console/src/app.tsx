/** Which page an address is. Pages but the first come when they are wanted. */
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Route, Router, Switch, useLocation } from "wouter";
import { queries } from "./api/queries";
import { useSign } from "./api/session";
import { Applications } from "./pages/applications";
import { SignIn } from "./pages/sign-in";
import { Boundary } from "./parts/boundary";
import { Shell } from "./parts/shell";
import { Toasts } from "./parts/toasts";
import { Skeleton } from "./parts/trouble";

const Application = lazy(() => import("./pages/application"));
const Publications = lazy(() => import("./pages/publications"));
const Instances = lazy(() => import("./pages/instances"));
const Instance = lazy(() => import("./pages/instance"));
const Services = lazy(() => import("./pages/services"));
const Service = lazy(() => import("./pages/service"));
const Alerts = lazy(() => import("./pages/alerts"));
const Alert = lazy(() => import("./pages/alert"));
const RolloutPage = lazy(() => import("./pages/rollout"));
const Requests = lazy(() => import("./pages/requests"));
const Insight = lazy(() => import("./pages/insight"));
const Saved = lazy(() => import("./pages/saved"));
const Traces = lazy(() => import("./pages/traces"));
const Trace = lazy(() => import("./pages/trace"));
const Recordings = lazy(() => import("./pages/recordings"));
const RecordingPage = lazy(() => import("./pages/recording"));
const Replays = lazy(() => import("./pages/replays"));
const ReportPage = lazy(() => import("./pages/report"));
const LogSearch = lazy(() => import("./pages/log-search"));
const Usage = lazy(() => import("./pages/usage"));
const Query = lazy(() => import("./pages/query"));
const ServiceCharts = lazy(() => import("./pages/charts").then((one) => ({ default: one.ServiceCharts })));
const Activity = lazy(() => import("./pages/activity"));
const Status = lazy(() => import("./pages/status"));
const Access = lazy(() => import("./pages/access"));
const Feedback = lazy(() => import("./pages/feedback"));
const Missing = lazy(() => import("./pages/missing"));

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Router base="/console">
        <Switch>
          <Route path="/login">
            <SignIn />
          </Route>
          <Route>
            <Known />
          </Route>
        </Switch>
      </Router>
      <Toasts />
    </QueryClientProvider>
  );
}

function Known() {
  const { state } = useSign();
  const [path] = useLocation();
  if (state === "asking") return <div className="asking" />;
  if (state !== "in") return <SignIn />;
  return (
    <Shell>
      <Boundary path={path}>
        <Suspense fallback={<Skeleton rows={6} />}>
          <Pages />
        </Suspense>
      </Boundary>
    </Shell>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={Applications} />
      <Route path="/applications/:name/:part?">{({ name, part }) => <Application key={name} name={name} part={part ?? ""} />}</Route>
      <Route path="/publications" component={Publications} />
      <Route path="/instances" component={Instances} />
      <Route path="/instances/:id">{({ id }) => <Instance key={id} id={id} />}</Route>
      <Route path="/services" component={Services} />
      <Route path="/services/:name">{({ name }) => <Service key={name} name={name} />}</Route>
      <Route path="/services/:name/charts">{({ name }) => <ServiceCharts key={name} name={name} />}</Route>
      <Route path="/alerts" component={Alerts} />
      <Route path="/alerts/:number">{({ number }) => <Alert key={number} number={Number(number)} />}</Route>
      <Route path="/rollouts/:number">{({ number }) => <RolloutPage key={number} number={Number(number)} />}</Route>
      <Route path="/insight" component={Insight} />
      <Route path="/saved">
        <Saved />
      </Route>
      <Route path="/saved/:name">{({ name }) => <Saved key={name} name={name} />}</Route>
      <Route path="/traces" component={Traces} />
      <Route path="/traces/:id">{({ id }) => <Trace key={id} id={id} />}</Route>
      <Route path="/recordings" component={Recordings} />
      <Route path="/recordings/:id">{({ id }) => <RecordingPage key={id} id={id} />}</Route>
      <Route path="/replays" component={Replays} />
      <Route path="/replays/:number">{({ number }) => <ReportPage key={number} number={Number(number)} />}</Route>
      <Route path="/logs" component={LogSearch} />
      <Route path="/usage" component={Usage} />
      <Route path="/query" component={Query} />
      <Route path="/requests" component={Requests} />
      <Route path="/activity" component={Activity} />
      <Route path="/status" component={Status} />
      <Route path="/access" component={Access} />
      <Route path="/feedback" component={Feedback} />
      <Route component={Missing} />
    </Switch>
  );
}
