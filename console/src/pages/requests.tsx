import { Page } from "../parts/page";
export default function Requests() {
  return <Page title="Requests">soon</Page>;
}
