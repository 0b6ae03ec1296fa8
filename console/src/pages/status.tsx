import { Page } from "../parts/page";
export default function Status() {
  return <Page title="Status">soon</Page>;
}
